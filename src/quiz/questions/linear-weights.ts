import { linearWeights } from "../reckoning.js";
import { exactly, type Question } from "../question.js";

export const question: Question = {
  name: "linear-weights",
  make: (draw) => {
    const [inputs, outputs] = [draw.whole(4, 40), draw.whole(2, 20)];
    return {
      text: `A fully connected layer has ${inputs} inputs and ${outputs} outputs. How many weights does it have, not counting biases?`,
      answer: exactly(linearWeights(inputs, outputs)),
      explanation: `One weight for each pair of an input and an output: a ${inputs}×${outputs} matrix, and as many lines in a drawing.`,
    };
  },
};
