import { invertedDropoutScale } from "../reckoning.js";
import type { Question } from "../question.js";

export const question: Question = {
  name: "inverted-dropout",
  make: (draw) => {
    const p = draw.pick([0.1, 0.2, 0.25, 0.5, 0.75, 0.8]);
    return {
      text: `By what factor does PyTorch's dropout with p = ${p} multiply the values that it keeps in training? (two decimals)`,
      answer: { kind: "number", value: invertedDropoutScale(p), within: 0.005 },
      explanation: `By 1 / (1 − p), so that on average the next layer receives as much as in evaluation, where nothing is dropped.`,
    };
  },
};
