/** `npx tsx examples/lessons/stop-convolving.ts` */
import { nn } from "kilograd";
import { block, prediction, teach, type Lesson } from "./lesson.js";

/**
 * The layers up to the last map: after the pooling, a number of convolutions without padding, starting from a map of
 * 12×12.
 */
const begun = (layers: number): nn.Module[] => [
  ...block(1, 8),
  ...block(8, 16),
  new nn.MaxPool2d(2),
  ...block(16, 8, {}, 1),
  ...Array.from({ length: layers }, (_, at) => block(at === 0 ? 8 : 12, 12)).flat(),
];

const averaged = (layers: number) => (): nn.Module => new nn.Sequential(...begun(layers), ...prediction(12));

/** A network with one kernel as large as the last map, instead of the mean over the map. */
const oneLargeKernel = (layers: number) => (): nn.Module =>
  new nn.Sequential(...begun(layers), new nn.Conv2d(12, 10, 12 - 2 * layers), new nn.Flatten(), new nn.LogSoftmax(1));

export const lesson: Lesson = {
  question: "At what size of the map should you stop convolving?",
  variants: [
    ...[1, 2, 3, 4, 5].map((layers) => ({
      name: `${12 - 2 * layers}×${12 - 2 * layers}, then the mean`,
      network: averaged(layers),
    })),
    { name: "6×6, then one 6×6 kernel", network: oneLargeKernel(3) },
  ],
};

await teach(import.meta.url, lesson);
