/** `npx tsx examples/lessons/softmax.ts` */
import { nn } from "kilograd";
import { prediction, smallBody, teach, type Lesson } from "./lesson.js";

/** The small network with a different end. */
const endingWith =
  (...end: nn.Module[]) =>
  (): nn.Module => {
    const [average, classify, flatten] = prediction(16);
    return new nn.Sequential(...smallBody(), average!, classify!, flatten!, ...end);
  };

export const lesson: Lesson = {
  question: "What should be between the last convolution and the loss (nllLoss)?",
  variants: [
    { name: "logSoftmax", network: endingWith(new nn.LogSoftmax(1)) },
    { name: "ReLU, then logSoftmax", network: endingWith(new nn.ReLU(), new nn.LogSoftmax(1)) },
    { name: "softmax, then logSoftmax", network: endingWith(new nn.Softmax(1), new nn.LogSoftmax(1)) },
    { name: "softmax alone", network: endingWith(new nn.Softmax(1)) },
  ],
};

await teach(import.meta.url, lesson);
