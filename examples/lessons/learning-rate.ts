/** `npx tsx examples/lessons/learning-rate.ts` */
import { smallNetwork, teach, type Lesson } from "./lesson.js";

export const lesson: Lesson = {
  question: "How large may the learning rate be?",
  settings: { schedule: { name: "constant" } },
  variants: [0.001, 0.01, 0.1, 1, 10].map((lr) => ({ name: `lr ${lr}`, network: smallNetwork, settings: { lr } })),
};

await teach(import.meta.url, lesson);
