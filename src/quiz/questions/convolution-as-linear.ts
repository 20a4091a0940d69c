import { convolutionOutput, weightsIfFullyConnected } from "../reckoning.js";
import { exactly, type Question } from "../question.js";
import { withConvolution } from "../small-convolution.js";

export const question: Question = {
  name: "convolution-as-linear",
  make: withConvolution((convolution, sizes) => ({
    text: `${sizes} How many weights would a fully connected layer between the same input and output have, not counting biases?`,
    answer: exactly(weightsIfFullyConnected(convolution)),
    explanation: `Each of the ${convolution.image}² inputs is connected to each of the ${convolutionOutput(convolution)}² outputs.`,
  })),
};
