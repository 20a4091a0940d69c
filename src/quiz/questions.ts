/** The questions of the course's kind: records, whose answers reckoning.ts works out. A new one is a record more. */
import {
  classicalDropoutMean,
  convolutionLines,
  convolutionOutput,
  convolutionWeights,
  invertedDropoutScale,
  layerWeights,
  linearWeights,
  negativeLogLikelihood,
  receptiveFields,
  softmax,
  sum,
  weightsIfFullyConnected,
  type FieldLayer,
} from "./reckoning.js";
import { exactly, type Draw, type Exercise, type Question } from "./question.js";
import { thousands } from "../text/thousands.js";

export const questions: readonly Question[] = [
  {
    name: "linear-weights",
    make: (draw) => {
      const [inputs, outputs] = [draw.whole(4, 40), draw.whole(2, 20)];
      return {
        text: `A fully connected layer has ${inputs} inputs and ${outputs} outputs. How many weights, without biases?`,
        answer: exactly(linearWeights(inputs, outputs)),
        explanation: `One weight for each pair: a ${inputs}×${outputs} matrix, and as many lines in a drawing.`,
      };
    },
  },
  {
    name: "convolution-as-linear",
    make: withConvolution((convolution, size) => ({
      text: `${size} How many weights would a fully connected layer between the two have, without biases?`,
      answer: exactly(weightsIfFullyConnected(convolution)),
      explanation: `Each of ${convolution.image}² pixels is joined to each of ${convolutionOutput(convolution)}² results.`,
    })),
  },
  {
    name: "convolution-weights",
    make: withConvolution((convolution, size) => ({
      text: `${size} How many weights does the convolution have, without bias?`,
      answer: exactly(convolutionWeights(convolution)),
      explanation: `The same ${convolution.kernel}×${convolution.kernel} weights are used at every place.`,
    })),
  },
  {
    name: "convolution-lines",
    make: withConvolution((convolution, size) => ({
      text: `${size} How many lines does a drawing of the convolution have?`,
      answer: exactly(convolutionLines(convolution)),
      explanation:
        `Each of ${convolutionOutput(convolution)}² results is joined to the ${convolution.kernel}² pixels ` +
        `under its window.`,
    })),
  },
  {
    name: "channel-weights",
    make: (draw) => {
      const [inChannels, outChannels] = [draw.pick([1, 3, 8, 16]), draw.pick([8, 10, 16, 32])];
      const kernel = draw.pick([1, 3, 5]);
      return {
        text: `How many weights has a ${kernel}×${kernel} convolution from ${inChannels} to ${outChannels} channels, without biases?`,
        answer: exactly(convolutionWeights({ kernel, inChannels, outChannels })),
        explanation: `Each of ${outChannels} kernels has ${kernel}×${kernel} weights for each of ${inChannels} input channels.`,
      };
    },
  },
  {
    name: "classifier-weights",
    make: (draw) => {
      const sizes = [draw.pick([512, 1024, 25_088]), draw.pick([128, 1024, 4096]), draw.pick([64, 4096]), 1000];
      return {
        text: `Three fully connected layers follow each other: ${sizes.map(thousands).join(" → ")}. How many weights together, without biases?`,
        answer: exactly(sum(layerWeights(sizes))),
        explanation: explainLayers(sizes),
      };
    },
  },
  {
    name: "one-hot-network",
    make: (draw) => {
      const sizes = [784, draw.pick([16, 32, 64, 100]), draw.pick([8, 12, 16, 20]), 10];
      return {
        text: `A network takes the 784 pixels of a digit, has hidden layers of ${sizes[1]} and ${sizes[2]}, and a one-hot target of ten classes. How many weights has it, without biases?`,
        answer: exactly(sum(layerWeights(sizes))),
        explanation: explainLayers(sizes),
      };
    },
  },
  {
    name: "receptive-field",
    make: (draw) => {
      const layers = [...drawConvolutions(draw), { kernel: 2, stride: 2 }, ...drawConvolutions(draw)];
      const fields = receptiveFields(layers);
      const words = layers.map(({ kernel, stride = 1 }) =>
        stride === 1 ? `convolution ${kernel}×${kernel}` : `max pooling ${kernel}×${kernel}, stride ${stride}`,
      );
      return {
        text: `An image goes through: ${words.join("; ")}. How many pixels along a side has a value seen at the end?`,
        answer: exactly(fields.at(-1)!),
        explanation: `Layer by layer ${fields.join(", ")}: each adds (kernel − 1) times the strides before it.`,
      };
    },
  },
  {
    name: "negative-log-likelihood",
    make: (draw) => {
      const likelihood = draw.whole(20, 980) / 1000;
      return {
        text: `A network gives the right class a likelihood of ${likelihood}. What is the negative log-likelihood? (two decimals)`,
        answer: { kind: "number", value: negativeLogLikelihood(likelihood), within: 0.005 },
        explanation: `−ln ${likelihood} = ${negativeLogLikelihood(likelihood).toFixed(5)}; the other classes do not matter.`,
      };
    },
  },
  {
    name: "softmax",
    make: (draw) => {
      const logits = [0, 1, 2].map(() => draw.whole(-2, 3));
      const likelihoods = softmax(logits);
      return {
        text: `The logits of three classes are ${logits.join(", ")}. What likelihood does softmax give the first? (two decimals)`,
        answer: { kind: "number", value: likelihoods[0]!, within: 0.005 },
        explanation: `e^x over the sum of all: ${likelihoods.map((x) => x.toFixed(3)).join(", ")}, together 1.`,
      };
    },
  },
  {
    name: "inverted-dropout",
    make: (draw) => {
      const p = draw.pick([0.1, 0.2, 0.25, 0.5, 0.75, 0.8]);
      return {
        text: `PyTorch's dropout with p = ${p} keeps a value in training. By what does it multiply it? (two decimals)`,
        answer: { kind: "number", value: invertedDropoutScale(p), within: 0.005 },
        explanation: `By 1 / (1 − p), so that the next layer gets as much as in evaluation, where nothing is dropped.`,
      };
    },
  },
  {
    name: "classical-dropout",
    make: (draw) => {
      const p = draw.pick([0.1, 0.2, 0.25, 0.5, 0.75, 0.8]);
      return {
        text: `Classical dropout with p = ${p} scales nothing in training. What share of its input does a layer after it get, on average?`,
        answer: { kind: "number", value: classicalDropoutMean(p), within: 0.001 },
        explanation: `1 − p. The weights had to be multiplied by that in evaluation; inverted dropout saves it.`,
      };
    },
  },
  choice("relu-before-softmax", "Where does a ReLU do harm?", {
    right: "on the logits that go into a softmax",
    wrong: ["after a batch norm", "before a max pooling", "between two convolutions"],
    explanation:
      "It makes all that speaks against a class 0: what should be unlikely gets as likely as what is unclear.",
  }),
  choice("dropout-in-validation", "What does dropout do in validation?", {
    right: "nothing: all values pass unchanged",
    wrong: [
      "it drops the same values as in training",
      "it drops other values than in training",
      "it halves all values",
    ],
    explanation: "Dropout acts in training only; model.eval() switches it off.",
  }),
  choice("dropout-place", "Where is dropout not recommended?", {
    right: "right before the last prediction layer",
    wrong: ["after a block in the middle", "after a batch norm and its ReLU", "in networks that overfit"],
    explanation: "What is dropped there is missing from the prediction: no layer comes that could make up for it.",
  }),
  choice("likelihood", "Softmax gives ten numbers that add up to 1. What may one call them?", {
    right: "likelihoods: adding up to 1 makes nothing a probability",
    wrong: ["probabilities of being right", "accuracies of the classes", "weights of the classes"],
    explanation: "A network can give 0.99 and be wrong half of the time; only counting shows how often it is right.",
  }),
  choice("flatten", "What is lost when a 2D pattern is flattened before a fully connected layer?", {
    right: "which values are neighbours",
    wrong: ["the values themselves", "the number of channels", "nothing at all"],
    explanation: "The values are all there, but to a fully connected layer any other order of them would be as good.",
  }),
  choice("normalisation", "To what is normalising the input images close kin?", {
    right: "batch normalisation",
    wrong: ["dropout", "max pooling", "softmax"],
    explanation: "Both shift to mean 0 and scale to deviation 1: one by figures of the data, the other by the batch's.",
  }),
  choice("activations", "What is training for?", {
    right: "the weights, which stay; activations are temporary, a value per image",
    wrong: ["the activations, which stay; weights are temporary", "both alike", "neither: only the accuracy changes"],
    explanation: "Activations are worked out anew for each image; what is kept and saved are the weights.",
  }),
];

/** A question on a small convolution, begun with its sizes. */
function withConvolution(
  ask: (convolution: { readonly image: number; readonly kernel: number }, sizes: string) => Exercise,
): Question["make"] {
  return (draw) => {
    const kernel = draw.pick([2, 3, 5]);
    const convolution = { image: draw.whole(kernel + 1, 12), kernel };
    const [image, result] = [convolution.image, convolutionOutput(convolution)];
    return ask(convolution, `A ${image}×${image} input is convolved ${kernel}×${kernel} to ${result}×${result}.`);
  };
}

function drawConvolutions(draw: Draw): FieldLayer[] {
  return Array.from({ length: draw.whole(1, 3) }, () => ({ kernel: draw.pick([3, 3, 3, 5, 1]) }));
}

function explainLayers(sizes: readonly number[]): string {
  const each = layerWeights(sizes).map(
    (weights, i) => `${thousands(sizes[i]!)}·${thousands(sizes[i + 1]!)} = ${thousands(weights)}`,
  );
  return `${each.join("; ")}; together ${thousands(sum(layerWeights(sizes)))}.`;
}

/** A question whose possible answers come in another order each time. */
function choice(
  name: string,
  text: string,
  { right, wrong, explanation }: { right: string; wrong: readonly string[]; explanation: string },
): Question {
  return {
    name,
    make: (draw) => {
      const at = draw.whole(0, wrong.length);
      const options = [...wrong.slice(0, at), right, ...wrong.slice(at)];
      return { text, answer: { kind: "choice", options, right: at }, explanation };
    },
  };
}
