/** `npx tsx examples/lessons/batch-size.ts` */
import { smallNetwork, teach, type Lesson } from "./lesson.js";

const sizes = [8, 32, 128, 512];

export const lesson: Lesson = {
  question: "What does the batch size change?",
  variants: [
    ...sizes.map((batchSize) => ({ name: `${batchSize}, lr 0.1`, network: smallNetwork, settings: { batchSize } })),
    { name: "128, lr 0.4", network: smallNetwork, settings: { batchSize: 128, lr: 0.4 } },
    { name: "512, lr 1.6", network: smallNetwork, settings: { batchSize: 512, lr: 1.6 } },
  ],
};

await teach(import.meta.url, lesson);
