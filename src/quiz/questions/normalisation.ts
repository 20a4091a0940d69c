import { choice, type Question } from "../question.js";

export const question: Question = choice(
  "normalisation",
  "What is most closely related to normalising the input images?",
  {
    right: "batch normalisation",
    wrong: ["dropout", "max pooling", "softmax"],
    explanation:
      "Both shift values to mean 0 and scale them to standard deviation 1, one with the statistics of the data set, the other with those of the batch.",
  },
);
