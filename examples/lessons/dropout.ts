/** `npx tsx examples/lessons/dropout.ts` */
import { nn } from "kilograd";
import { block, prediction, teach, type Lesson } from "./lesson.js";

/** The places for dropout in the small network. */
interface Dropouts {
  readonly first?: number;
  readonly middle?: number;
  readonly last?: number;
}

const network =
  ({ first = 0, middle = 0, last = 0 }: Dropouts) =>
  (): nn.Module =>
    new nn.Sequential(
      ...block(1, 8),
      new nn.Dropout(first),
      ...block(8, 16),
      new nn.MaxPool2d(2),
      ...block(16, 8, {}, 1),
      new nn.Dropout(middle),
      ...block(8, 16),
      ...block(16, 16),
      new nn.Dropout(last),
      ...prediction(16),
    );

export const lesson: Lesson = {
  question: "Where should dropout go, and how strong should it be?",
  variants: [
    { name: "none", network: network({}) },
    { name: "0.1 in the middle", network: network({ middle: 0.1 }) },
    { name: "0.5 in the middle", network: network({ middle: 0.5 }) },
    { name: "0.5 after the first convolution", network: network({ first: 0.5 }) },
    { name: "0.5 before the prediction", network: network({ last: 0.5 }) },
  ],
};

await teach(import.meta.url, lesson);
