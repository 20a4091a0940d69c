/** `npx tsx examples/lessons/transition.ts` */
import { nn } from "kilograd";
import { block, prediction, teach, type Lesson } from "./lesson.js";

const pool = (): nn.Module => new nn.MaxPool2d(2);
const begun = (): nn.Module[] => [...block(1, 8), ...block(8, 32)];

export const lesson: Lesson = {
  question: "What is a 1×1 transition good for, and where does it belong?",
  variants: [
    {
      name: "none",
      network: () => new nn.Sequential(...begun(), pool(), ...block(32, 16), ...block(16, 16), ...prediction(16)),
    },
    {
      name: "32→8 after the pooling",
      network: () =>
        new nn.Sequential(
          ...begun(),
          pool(),
          ...block(32, 8, {}, 1),
          ...block(8, 16),
          ...block(16, 16),
          ...prediction(16),
        ),
    },
    {
      name: "16→8 right before the prediction",
      network: () =>
        new nn.Sequential(
          ...begun(),
          pool(),
          ...block(32, 16),
          ...block(16, 16),
          ...block(16, 8, {}, 1),
          ...prediction(8),
        ),
    },
  ],
};

await teach(import.meta.url, lesson);
