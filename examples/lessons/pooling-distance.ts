/** `npx tsx examples/lessons/pooling-distance.ts` */
import { nn } from "kilograd";
import { block, prediction, teach, type Lesson } from "./lesson.js";

/**
 * A network with a second max pooling and `distance` convolutions between it and the prediction; null means no second
 * pooling.
 */
const distant = (distance: number | null) => (): nn.Module => {
  const blocks = [8, 16, 16].map((channels) => block(channels, 16, { padding: 1 }));
  const before = distance === null ? 0 : 3 - distance;
  return new nn.Sequential(
    ...block(1, 8),
    ...block(8, 16),
    new nn.MaxPool2d(2),
    ...block(16, 8, {}, 1),
    ...blocks.slice(0, before).flat(),
    ...(distance === null ? [] : [new nn.MaxPool2d(2)]),
    ...blocks.slice(before).flat(),
    ...prediction(16),
  );
};

export const lesson: Lesson = {
  question: "How many convolutions should there be between the last max pooling and the prediction?",
  variants: [null, 2, 1, 0].map((distance) => ({
    name: distance === null ? "no second pooling" : `${distance} convolution${distance === 1 ? "" : "s"} after it`,
    network: distant(distance),
  })),
};

await teach(import.meta.url, lesson);
