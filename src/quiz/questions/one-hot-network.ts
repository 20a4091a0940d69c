import { explainLayers } from "../layers-in-a-row.js";
import { layerWeights, sum } from "../reckoning.js";
import { exactly, type Question } from "../question.js";

export const question: Question = {
  name: "one-hot-network",
  make: (draw) => {
    const sizes = [784, draw.pick([16, 32, 64, 100]), draw.pick([8, 12, 16, 20]), 10];
    return {
      text: `A fully connected network takes the 784 pixels of a digit, has hidden layers of ${sizes[1]} and ${sizes[2]} units, and predicts a one-hot target of ten classes. How many weights does it have, not counting biases?`,
      answer: exactly(sum(layerWeights(sizes))),
      explanation: explainLayers(sizes),
    };
  },
};
