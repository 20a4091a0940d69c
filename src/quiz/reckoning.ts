/**
 * The course's formulas: what can be worked out about layers by hand. Weights are counted without biases.
 *
 * @example
 * reckoning.convolutionOutput({ image: 28, kernel: 3 }); // 26
 *
 * @module reckoning
 */
import { recordWith } from "../errors/record-kinds.js";
import { integer, arrayOf, anyNumber, numberWithin } from "../errors/kinds.js";
import { Signature, required, byName, optional } from "../errors/signature.js";

const ofLinearWeights = new Signature("linearWeights", [
  required("inputs", integer(1)),
  required("outputs", integer(1)),
]);

/**
 * Counts the weights of a fully connected layer: one for each pair of an input and an output.
 * @param inputs the number of inputs
 * @param outputs the number of outputs
 * @returns the number of weights
 * @example reckoning.linearWeights(13, 10); // 130
 */
export function linearWeights(inputs: number, outputs: number): number {
  ofLinearWeights.read(arguments);
  return inputs * outputs;
}

const ofLayerWeights = new Signature("layerWeights", [required("sizes", arrayOf(integer(1)))]);

/**
 * Counts the weights of several fully connected layers in a row, such as VGG-16's classifier.
 * @param sizes the number of inputs of the first layer, and of outputs of each
 * @returns the number of weights of each layer
 * @example reckoning.layerWeights([25_088, 4096, 4096, 1000]); // [102760448, 16777216, 4096000]
 */
export function layerWeights(sizes: readonly number[]): number[] {
  ofLayerWeights.read(arguments);
  return sizes.slice(1).map((outputs, i) => linearWeights(sizes[i]!, outputs));
}

const ofSum = new Signature("sum", [required("numbers", arrayOf(anyNumber))]);

/**
 * Adds numbers up.
 * @param numbers the numbers
 * @returns their sum
 * @example reckoning.sum([102_760_448, 16_777_216, 4_096_000]); // 123633664
 */
export function sum(numbers: readonly number[]): number {
  ofSum.read(arguments);
  return numbers.reduce((total, one) => total + one, 0);
}

/** A convolution over a square image of one channel, with a square kernel. */
export interface SquareConvolution {
  /** The number of pixels along a side of the image. */
  readonly image: number;
  /** The number of pixels along a side of the kernel. */
  readonly kernel: number;
  /** The distance between two positions of the kernel. Default 1. */
  readonly stride?: number;
  /** The number of zeros on each side. Default 0. */
  readonly padding?: number;
}

const square = [
  byName(required("image", integer(1))),
  byName(required("kernel", integer(1))),
  byName(optional("stride", integer(1), 1)),
  byName(optional("padding", integer(0), 0)),
] as const;
const ofConvolutionOutput = new Signature("convolutionOutput", square);

/**
 * Counts the outputs along a side: ⌊(image + 2·padding − kernel) / stride⌋ + 1.
 * @param convolution the sizes
 * @returns the number of outputs along a side
 * @example reckoning.convolutionOutput({ image: 5, kernel: 3 }); // 3
 */
export function convolutionOutput(convolution: SquareConvolution): number {
  ofConvolutionOutput.read(arguments);
  const { image, kernel, stride = 1, padding = 0 } = convolution;
  return Math.floor((image + 2 * padding - kernel) / stride) + 1;
}

const ofConvolutionWeights = new Signature("convolutionWeights", [
  byName(required("kernel", integer(1))),
  byName(optional("inChannels", integer(1), 1)),
  byName(optional("outChannels", integer(1), 1)),
  // The other sizes of a convolution do not matter.
  ...["image", "stride", "padding"].map((name) => byName(optional(name, integer(0)))),
]);

/**
 * Counts the weights of a convolution, which uses the same ones at every position.
 * @param convolution the size of the kernel, and the numbers of channels, 1 unless given
 * @returns the number of weights
 * @example
 * reckoning.convolutionWeights({ kernel: 3 }); // 9
 * reckoning.convolutionWeights({ kernel: 3, inChannels: 8, outChannels: 16 }); // 1152
 */
export function convolutionWeights(convolution: {
  /** The number of pixels along a side of the kernel. */
  readonly kernel: number;
  readonly inChannels?: number;
  readonly outChannels?: number;
}): number {
  ofConvolutionWeights.read(arguments);
  const { kernel, inChannels = 1, outChannels = 1 } = convolution;
  return kernel * kernel * inChannels * outChannels;
}

const ofConvolutionLines = new Signature("convolutionLines", square);

/**
 * Counts the lines in a drawing of a convolution without padding: each output is connected to the inputs that its
 * window covers.
 * @param convolution the sizes
 * @returns the number of lines
 * @example reckoning.convolutionLines({ image: 5, kernel: 3 }); // 81
 */
export function convolutionLines(convolution: SquareConvolution): number {
  ofConvolutionLines.read(arguments);
  return convolutionOutput(convolution) ** 2 * convolution.kernel ** 2;
}

const ofWeightsIfFullyConnected = new Signature("weightsIfFullyConnected", square);

/**
 * Counts the weights of a fully connected layer with the same inputs and outputs as a convolution.
 * @param convolution the sizes
 * @returns the number of weights
 * @example reckoning.weightsIfFullyConnected({ image: 5, kernel: 3 }); // 225
 */
export function weightsIfFullyConnected(convolution: SquareConvolution): number {
  ofWeightsIfFullyConnected.read(arguments);
  return linearWeights(convolution.image ** 2, convolutionOutput(convolution) ** 2);
}

/** What the receptive field depends on in a convolution or a pooling. */
export interface FieldLayer {
  /** The number of pixels along a side of the kernel. */
  readonly kernel: number;
  /** The distance between two positions of the kernel. Default 1. */
  readonly stride?: number;
}

const ofReceptiveFields = new Signature("receptiveFields", [
  required("layers", arrayOf(recordWith("{ kernel, stride }", "kernel"))),
]);

/**
 * Computes the size of the receptive field after each layer: size + (kernel − 1)·jump, where the jump is the product of
 * the strides before.
 * @param layers the layers
 * @returns the sizes in pixels along a side
 * @example reckoning.receptiveFields([{ kernel: 3 }, { kernel: 3 }, { kernel: 2, stride: 2 }, { kernel: 3 }]); // [3, 5, 6, 10]
 */
export function receptiveFields(layers: readonly FieldLayer[]): number[] {
  ofReceptiveFields.read(arguments);
  let [size, jump] = [1, 1];
  return layers.map(({ kernel, stride = 1 }) => {
    size += (kernel - 1) * jump;
    jump *= stride;
    return size;
  });
}

const ofNegativeLogLikelihood = new Signature("negativeLogLikelihood", [required("likelihood", numberWithin(0, 1))]);

/**
 * Computes the negative log-likelihood of a prediction.
 * @param likelihood the likelihood that it gave to the correct class, from 0 to 1
 * @returns −ln of it
 * @example reckoning.negativeLogLikelihood(0.244); // 1.4106
 */
export function negativeLogLikelihood(likelihood: number): number {
  ofNegativeLogLikelihood.read(arguments);
  return -Math.log(likelihood);
}

const ofSoftmax = new Signature("softmax", [required("logits", arrayOf(anyNumber))]);

/**
 * Turns scores into likelihoods: each exp(x) divided by the sum of all of them.
 * @param logits the scores
 * @returns the likelihoods
 * @example reckoning.softmax([0, Math.log(3)]); // [0.25, 0.75]
 */
export function softmax(logits: readonly number[]): number[] {
  ofSoftmax.read(arguments);
  const largest = Math.max(...logits);
  const powers = logits.map((x) => Math.exp(x - largest));
  return powers.map((power) => power / sum(powers));
}

const ofClassicalDropoutMean = new Signature("classicalDropoutMean", [required("p", numberWithin(0, 1))]);

/**
 * Computes the share of its input that classical dropout passes on in training, on average. Without a correction the
 * next layer would receive more in evaluation than in training.
 * @param p the probability that a value is dropped
 * @returns 1 − p
 * @example reckoning.classicalDropoutMean(0.5); // 0.5
 */
export function classicalDropoutMean(p: number): number {
  ofClassicalDropoutMean.read(arguments);
  return 1 - p;
}

const ofInvertedDropoutScale = new Signature("invertedDropoutScale", [required("p", numberWithin(0, 1))]);

/**
 * Computes the factor by which inverted dropout, as in PyTorch, multiplies the values that it keeps in training. The
 * average stays the same, so evaluation needs no correction.
 * @param p the probability that a value is dropped
 * @returns 1 / (1 − p)
 * @example reckoning.invertedDropoutScale(0.5); // 2
 */
export function invertedDropoutScale(p: number): number {
  ofInvertedDropoutScale.read(arguments);
  return 1 / (1 - p);
}
