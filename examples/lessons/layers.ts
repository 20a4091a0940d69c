/** `npx tsx examples/lessons/layers.ts` */
import { nn } from "kilograd";
import { block, prediction, teach, type Lesson } from "./lesson.js";

/** A number of 3×3 convolutions with 8 kernels each, with a pooling after the second. */
const deep = (layers: number) => (): nn.Module =>
  new nn.Sequential(
    ...Array.from({ length: layers }, (_, at) => [
      ...block(at === 0 ? 1 : 8, 8),
      ...(at === 1 ? [new nn.MaxPool2d(2)] : []),
    ]).flat(),
    ...prediction(8),
  );

export const lesson: Lesson = {
  question: "How many convolutions does a network need?",
  variants: [1, 2, 3, 4, 6].map((layers) => ({
    name: layers === 1 ? "1 convolution" : `${layers} convolutions`,
    network: deep(layers),
  })),
};

await teach(import.meta.url, lesson);
