import { choice, type Question } from "../question.js";

export const question: Question = choice("activations", "What does training determine?", {
  right: "the weights, which are kept; activations are temporary and belong to one image",
  wrong: [
    "the activations, which are kept; weights are temporary",
    "both weights and activations, and both are kept",
    "neither: only the accuracy changes",
  ],
  explanation: "Activations are computed anew for each image; the weights are what is kept and saved.",
});
