import { choice, type Question } from "../question.js";

export const question: Question = choice("dropout-in-validation", "What does dropout do in validation?", {
  right: "nothing: all values pass through unchanged",
  wrong: ["it drops the same values as in training", "it drops other values than in training", "it halves all values"],
  explanation: "Dropout acts only in training; model.eval() switches it off.",
});
