import { convolutionWeights } from "../reckoning.js";
import { exactly, type Question } from "../question.js";
import { withConvolution } from "../small-convolution.js";

export const question: Question = {
  name: "convolution-weights",
  make: withConvolution((convolution, sizes) => ({
    text: `${sizes} How many weights does the convolution have, not counting the bias?`,
    answer: exactly(convolutionWeights(convolution)),
    explanation: `The same ${convolution.kernel}×${convolution.kernel} weights are used at every position.`,
  })),
};
