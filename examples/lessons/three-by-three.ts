/** `npx tsx examples/lessons/three-by-three.ts` */
import { nn } from "kilograd";
import { block, prediction, teach, type Lesson } from "./lesson.js";

const around = (...middle: nn.Module[]): nn.Module =>
  new nn.Sequential(...block(1, 8), ...middle, new nn.MaxPool2d(2), ...block(8, 16), ...prediction(16));

export const lesson: Lesson = {
  question: "One large kernel, or several of 3×3 that see as much?",
  variants: [
    { name: "one 5×5", network: () => around(...block(8, 8, {}, 5)) },
    { name: "two 3×3", network: () => around(...block(8, 8), ...block(8, 8)) },
    { name: "one 7×7", network: () => around(...block(8, 8, {}, 7)) },
    { name: "three 3×3", network: () => around(...block(8, 8), ...block(8, 8), ...block(8, 8)) },
  ],
};

await teach(import.meta.url, lesson);
