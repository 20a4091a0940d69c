/** `npx tsx examples/lessons/receptive-field.ts` */
import { nn } from "kilograd";
import { block, prediction, teach, type Lesson } from "./lesson.js";

/** Two blocks and a pooling, which see 6 pixels, and then `rest`. */
const begun = (...rest: nn.Module[]): nn.Module =>
  new nn.Sequential(...block(1, 8), ...block(8, 16), new nn.MaxPool2d(2), ...rest, ...prediction(16));

/** Two 3×3 convolutions whose elements are `dilation` positions apart, so the same number of weights sees more. */
const spread = (dilation: number) => (): nn.Module => {
  const options = { dilation, padding: dilation };
  return begun(...block(16, 16, options), ...block(16, 16, options));
};

export const lesson: Lesson = {
  question: "How much of a digit must the last features see?",
  variants: [
    { name: "6 pixels: 1×1 convolutions", network: () => begun(...block(16, 128, {}, 1), ...block(128, 16, {}, 1)) },
    { name: "14 pixels: 3×3", network: spread(1) },
    { name: "22 pixels: 3×3, dilation 2", network: spread(2) },
    { name: "30 pixels: 3×3, dilation 3", network: spread(3) },
  ],
};

await teach(import.meta.url, lesson);
