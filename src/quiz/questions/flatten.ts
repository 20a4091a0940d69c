import { choice, type Question } from "../question.js";

export const question: Question = choice(
  "flatten",
  "What is lost when a 2D pattern is flattened before a fully connected layer?",
  {
    right: "which values are neighbours",
    wrong: ["the values themselves", "the number of channels", "nothing at all"],
    explanation:
      "All the values are still there, but to a fully connected layer any other order of them would be just as good.",
  },
);
