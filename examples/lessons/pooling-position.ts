/** `npx tsx examples/lessons/pooling-position.ts` */
import { nn } from "kilograd";
import { block, prediction, teach, type Lesson } from "./lesson.js";

/** Five 3×3 convolutions of 8 kernels, and one 2×2 max pooling after the first `before` of them. */
const pooledAfter = (before: number) => (): nn.Module => {
  const blocks = [1, 8, 8, 8, 8].map((channels) => block(channels, 8, { padding: 1 }));
  return new nn.Sequential(
    ...blocks.slice(0, before).flat(),
    new nn.MaxPool2d(2),
    ...blocks.slice(before).flat(),
    ...prediction(8),
  );
};

export const lesson: Lesson = {
  question: "After how many of five convolutions should the pooling come?",
  variants: [0, 1, 2, 3, 5].map((before) => ({ name: `after ${before}`, network: pooledAfter(before) })),
};

await teach(import.meta.url, lesson);
