/** `npx tsx examples/lessons/batch-norm.ts` */
import { nn } from "kilograd";
import { prediction, smallBody, teach, type Lesson } from "./lesson.js";

/** The small network, with or without batch norm after each convolution, and with or without one on the logits. */
const network = (inside: boolean, onLogits: boolean) => (): nn.Module => {
  const conv = (from: number, to: number, kernel = 3): nn.Module[] => [
    new nn.Conv2d(from, to, kernel),
    ...(inside ? [new nn.BatchNorm2d(to)] : []),
    new nn.ReLU(),
  ];
  const [average, classify, ...rest] = prediction(16);
  return new nn.Sequential(
    ...smallBody(conv),
    average!,
    classify!,
    ...(onLogits ? [new nn.BatchNorm2d(10)] : []),
    ...rest,
  );
};

export const lesson: Lesson = {
  question: "What does batch norm do, and where does it belong?",
  variants: [
    { name: "none, lr 0.01", network: network(false, false), settings: { lr: 0.01 } },
    { name: "none, lr 0.1", network: network(false, false) },
    { name: "after each convolution, lr 0.01", network: network(true, false), settings: { lr: 0.01 } },
    { name: "after each convolution, lr 0.1", network: network(true, false) },
    { name: "only on the logits, lr 0.1", network: network(false, true) },
    { name: "after each and on the logits, lr 0.1", network: network(true, true) },
  ],
};

await teach(import.meta.url, lesson);
