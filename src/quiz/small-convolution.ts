/** What the questions about a small convolution have in common. */
import { convolutionOutput } from "./reckoning.js";
import type { Exercise, Question } from "./question.js";

/** A question about a small square convolution. `ask` gets the sentence that tells its sizes. */
export function withConvolution(
  ask: (convolution: { readonly image: number; readonly kernel: number }, sizes: string) => Exercise,
): Question["make"] {
  return (draw) => {
    const kernel = draw.pick([2, 3, 5]);
    const convolution = { image: draw.whole(kernel + 1, 12), kernel };
    const [input, output] = [convolution.image, convolutionOutput(convolution)];
    return ask(
      convolution,
      `A convolution with a ${kernel}×${kernel} kernel maps an input of ${input}×${input} values to an output of ${output}×${output}.`,
    );
  };
}
