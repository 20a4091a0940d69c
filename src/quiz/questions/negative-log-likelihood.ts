import { negativeLogLikelihood } from "../reckoning.js";
import type { Question } from "../question.js";

export const question: Question = {
  name: "negative-log-likelihood",
  make: (draw) => {
    const likelihood = draw.whole(20, 980) / 1000;
    const loss = negativeLogLikelihood(likelihood);
    return {
      text: `A network gives the correct class a likelihood of ${likelihood}. What is the negative log-likelihood? (two decimals)`,
      answer: { kind: "number", value: loss, within: 0.005 },
      explanation: `−ln ${likelihood} = ${loss.toFixed(5)}. The likelihoods of the other classes do not matter.`,
    };
  },
};
