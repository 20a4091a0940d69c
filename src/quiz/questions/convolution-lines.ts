import { convolutionLines, convolutionOutput } from "../reckoning.js";
import { exactly, type Question } from "../question.js";
import { withConvolution } from "../small-convolution.js";

export const question: Question = {
  name: "convolution-lines",
  make: withConvolution((convolution, sizes) => ({
    text: `${sizes} In a drawing of the convolution, a line connects each output to each input that it depends on. How many lines are there?`,
    answer: exactly(convolutionLines(convolution)),
    explanation: `Each of the ${convolutionOutput(convolution)}² outputs is connected to the ${convolution.kernel}² inputs under its window.`,
  })),
};
