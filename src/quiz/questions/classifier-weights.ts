import { thousands } from "../../text/thousands.js";
import { explainLayers } from "../layers-in-a-row.js";
import { layerWeights, sum } from "../reckoning.js";
import { exactly, type Question } from "../question.js";

export const question: Question = {
  name: "classifier-weights",
  make: (draw) => {
    const sizes = [draw.pick([512, 1024, 25_088]), draw.pick([128, 1024, 4096]), draw.pick([64, 4096]), 1000];
    return {
      text: `Three fully connected layers in a row have the sizes ${sizes.map(thousands).join(" → ")}. How many weights do they have in total, not counting biases?`,
      answer: exactly(sum(layerWeights(sizes))),
      explanation: explainLayers(sizes),
    };
  },
};
