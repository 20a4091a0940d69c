/** `npx tsx examples/lessons/normalisation.ts` */
import { nn } from "kilograd";
import { transforms } from "kilograd/data";
import { normalize, prediction, smallBody, smallNetwork, teach, toTensor, type Lesson } from "./lesson.js";

/** The small network without its batch norms. */
function bareNetwork(): nn.Module {
  const conv = (from: number, to: number, kernel = 3): nn.Module[] => [new nn.Conv2d(from, to, kernel), new nn.ReLU()];
  return new nn.Sequential(...smallBody(conv), ...prediction(16));
}

const pixels = {
  "0 to 255": transforms.compose([toTensor, transforms.normalize([0], [1 / 255])]),
  "0 to 1": toTensor,
  "mean 0, deviation 1": normalize,
};

export const lesson: Lesson = {
  question: "Does the range of the pixel values matter?",
  variants: Object.entries(pixels).flatMap(([name, transform]) => [
    { name: `${name}, with batch norm`, network: smallNetwork, transform },
    { name: `${name}, without`, network: bareNetwork, transform, settings: { lr: 0.03 } },
  ]),
};

await teach(import.meta.url, lesson);
