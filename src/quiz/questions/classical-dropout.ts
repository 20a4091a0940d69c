import { classicalDropoutMean } from "../reckoning.js";
import type { Question } from "../question.js";

export const question: Question = {
  name: "classical-dropout",
  make: (draw) => {
    const p = draw.pick([0.1, 0.2, 0.25, 0.5, 0.75, 0.8]);
    return {
      text: `Classical dropout with p = ${p} does not rescale anything in training. What share of its input does it pass on to the next layer, on average?`,
      answer: { kind: "number", value: classicalDropoutMean(p), within: 0.001 },
      explanation: `1 − p. In evaluation the weights had to be multiplied by this factor, which inverted dropout makes unnecessary.`,
    };
  },
};
