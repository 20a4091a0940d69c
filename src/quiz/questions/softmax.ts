import { softmax } from "../reckoning.js";
import type { Question } from "../question.js";

export const question: Question = {
  name: "softmax",
  make: (draw) => {
    const logits = [0, 1, 2].map(() => draw.whole(-2, 3));
    const likelihoods = softmax(logits);
    return {
      text: `The logits of three classes are ${logits.join(", ")}. What likelihood does softmax give the first class? (two decimals)`,
      answer: { kind: "number", value: likelihoods[0]!, within: 0.005 },
      explanation: `eˣ divided by the sum over all classes: ${likelihoods.map((x) => x.toFixed(3)).join(", ")}, which add up to 1.`,
    };
  },
};
