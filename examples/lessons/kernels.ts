/** `npx tsx examples/lessons/kernels.ts` */
import { nn } from "kilograd";
import { block, prediction, teach, type Lesson } from "./lesson.js";

/** The small network with a given number of kernels in its first layer; all other layers scale with it. */
const beginningWith = (kernels: number) => (): nn.Module =>
  new nn.Sequential(
    ...block(1, kernels),
    ...block(kernels, 2 * kernels),
    new nn.MaxPool2d(2),
    ...block(2 * kernels, kernels, {}, 1),
    ...block(kernels, 2 * kernels),
    ...block(2 * kernels, 2 * kernels),
    ...prediction(2 * kernels),
  );

export const lesson: Lesson = {
  question: "How many kernels does a network need?",
  variants: [2, 4, 8, 16].map((kernels) => ({
    name: `${kernels} in the first layer`,
    network: beginningWith(kernels),
  })),
};

await teach(import.meta.url, lesson);
