/** `npx tsx examples/lessons/know-early.ts` */
import { nn } from "kilograd";
import { block, prediction, smallNetwork, teach, type Lesson } from "./lesson.js";

/** The small network with half of its kernels. */
function halfNetwork(): nn.Module {
  return new nn.Sequential(
    ...block(1, 4),
    ...block(4, 8),
    new nn.MaxPool2d(2),
    ...block(8, 4, {}, 1),
    ...block(4, 8),
    ...block(8, 8),
    ...prediction(8),
  );
}

/** A network of three layers that pools before any convolution. */
function shallowNetwork(): nn.Module {
  return new nn.Sequential(new nn.MaxPool2d(2), ...block(1, 8), ...block(8, 16), ...prediction(16));
}

export const lesson: Lesson = {
  question: "Does the first epoch show which of two trainings is better?",
  settings: { schedule: { name: "constant" } },
  epochs: 4,
  everyEpoch: true,
  variants: [
    { name: "small network, lr 0.1", network: smallNetwork },
    { name: "small network, lr 0.01", network: smallNetwork, settings: { lr: 0.01 } },
    { name: "half of the kernels, lr 0.1", network: halfNetwork },
    { name: "three layers, lr 0.1", network: shallowNetwork },
  ],
};

await teach(import.meta.url, lesson);
