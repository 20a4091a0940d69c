import { receptiveFields, type FieldLayer } from "../reckoning.js";
import { exactly, type Draw, type Question } from "../question.js";

export const question: Question = {
  name: "receptive-field",
  make: (draw) => {
    const layers = [...drawConvolutions(draw), { kernel: 2, stride: 2 }, ...drawConvolutions(draw)];
    const fields = receptiveFields(layers);
    const words = layers.map(({ kernel, stride = 1 }) =>
      stride === 1 ? `convolution ${kernel}×${kernel}` : `max pooling ${kernel}×${kernel}, stride ${stride}`,
    );
    return {
      text: `An image passes through these layers: ${words.join("; ")}. How many pixels along a side is the receptive field of a value at the end?`,
      answer: exactly(fields.at(-1)!),
      explanation: `Layer by layer: ${fields.join(", ")}. Each layer adds (kernel − 1) times the product of the strides before it.`,
    };
  },
};

function drawConvolutions(draw: Draw): FieldLayer[] {
  return Array.from({ length: draw.whole(1, 3) }, () => ({ kernel: draw.pick([3, 3, 3, 5, 1]) }));
}
