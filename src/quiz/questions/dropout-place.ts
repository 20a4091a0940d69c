import { choice, type Question } from "../question.js";

export const question: Question = choice("dropout-place", "Where is dropout not recommended?", {
  right: "right before the last prediction layer",
  wrong: ["after a block in the middle", "after a batch norm and its ReLU", "in networks that overfit"],
  explanation: "Whatever it drops there is missing from the prediction, and no later layer can make up for it.",
});
