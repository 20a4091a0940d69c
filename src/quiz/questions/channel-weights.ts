import { convolutionWeights } from "../reckoning.js";
import { exactly, type Question } from "../question.js";

export const question: Question = {
  name: "channel-weights",
  make: (draw) => {
    const [inChannels, outChannels] = [draw.pick([1, 3, 8, 16]), draw.pick([8, 10, 16, 32])];
    const kernel = draw.pick([1, 3, 5]);
    const from = inChannels === 1 ? "1 channel" : `${inChannels} channels`;
    return {
      text: `How many weights does a ${kernel}×${kernel} convolution from ${from} to ${outChannels} channels have, not counting biases?`,
      answer: exactly(convolutionWeights({ kernel, inChannels, outChannels })),
      explanation: `There are ${outChannels} kernels, and each has ${kernel}×${kernel} weights for each input channel: ${outChannels}·${inChannels}·${kernel}·${kernel}.`,
    };
  },
};
