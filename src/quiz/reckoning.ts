/**
 * The course's formulas: what can be worked out about layers by hand. Weights are counted without biases.
 *
 * @example
 * reckoning.convolutionOutput({ image: 28, kernel: 3 }); // 26
 *
 * @module reckoning
 */

/**
 * Counts the weights of a fully connected layer: one for each pair of an input and an output.
 * @param inputs the number of inputs
 * @param outputs the number of outputs
 * @returns the number of weights
 * @example reckoning.linearWeights(13, 10); // 130
 */
export function linearWeights(inputs: number, outputs: number): number {
  return inputs * outputs;
}

/**
 * Counts the weights of several fully connected layers in a row, such as VGG-16's classifier.
 * @param sizes the number of inputs of the first layer, and of outputs of each
 * @returns the number of weights of each layer
 * @example reckoning.layerWeights([25_088, 4096, 4096, 1000]); // [102760448, 16777216, 4096000]
 */
export function layerWeights(sizes: readonly number[]): number[] {
  return sizes.slice(1).map((outputs, i) => linearWeights(sizes[i]!, outputs));
}

/**
 * Adds numbers up.
 * @param numbers the numbers
 * @returns their sum
 * @example reckoning.sum([102_760_448, 16_777_216, 4_096_000]); // 123633664
 */
export function sum(numbers: readonly number[]): number {
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

/**
 * Counts the outputs along a side: ⌊(image + 2·padding − kernel) / stride⌋ + 1.
 * @param convolution the sizes
 * @returns the number of outputs along a side
 * @example reckoning.convolutionOutput({ image: 5, kernel: 3 }); // 3
 */
export function convolutionOutput({ image, kernel, stride = 1, padding = 0 }: SquareConvolution): number {
  return Math.floor((image + 2 * padding - kernel) / stride) + 1;
}

/**
 * Counts the weights of a convolution, which uses the same ones at every position.
 * @param convolution the size of the kernel, and the numbers of channels, 1 unless given
 * @returns the number of weights
 * @example
 * reckoning.convolutionWeights({ kernel: 3 }); // 9
 * reckoning.convolutionWeights({ kernel: 3, inChannels: 8, outChannels: 16 }); // 1152
 */
export function convolutionWeights({
  kernel,
  inChannels = 1,
  outChannels = 1,
}: {
  /** The number of pixels along a side of the kernel. */
  readonly kernel: number;
  readonly inChannels?: number;
  readonly outChannels?: number;
}): number {
  return kernel * kernel * inChannels * outChannels;
}

/**
 * Counts the lines in a drawing of a convolution without padding: each output is connected to the inputs that its
 * window covers.
 * @param convolution the sizes
 * @returns the number of lines
 * @example reckoning.convolutionLines({ image: 5, kernel: 3 }); // 81
 */
export function convolutionLines(convolution: SquareConvolution): number {
  return convolutionOutput(convolution) ** 2 * convolution.kernel ** 2;
}

/**
 * Counts the weights of a fully connected layer with the same inputs and outputs as a convolution.
 * @param convolution the sizes
 * @returns the number of weights
 * @example reckoning.weightsIfFullyConnected({ image: 5, kernel: 3 }); // 225
 */
export function weightsIfFullyConnected(convolution: SquareConvolution): number {
  return linearWeights(convolution.image ** 2, convolutionOutput(convolution) ** 2);
}

/** What the receptive field depends on in a convolution or a pooling. */
export interface FieldLayer {
  /** The number of pixels along a side of the kernel. */
  readonly kernel: number;
  /** The distance between two positions of the kernel. Default 1. */
  readonly stride?: number;
}

/**
 * Computes the size of the receptive field after each layer: size + (kernel − 1)·jump, where the jump is the product of
 * the strides before.
 * @param layers the layers
 * @returns the sizes in pixels along a side
 * @example reckoning.receptiveFields([{ kernel: 3 }, { kernel: 3 }, { kernel: 2, stride: 2 }, { kernel: 3 }]); // [3, 5, 6, 10]
 */
export function receptiveFields(layers: readonly FieldLayer[]): number[] {
  let [size, jump] = [1, 1];
  return layers.map(({ kernel, stride = 1 }) => {
    size += (kernel - 1) * jump;
    jump *= stride;
    return size;
  });
}

/**
 * Computes the negative log-likelihood of a prediction.
 * @param likelihood the likelihood that it gave to the correct class, from 0 to 1
 * @returns −ln of it
 * @example reckoning.negativeLogLikelihood(0.244); // 1.4106
 */
export function negativeLogLikelihood(likelihood: number): number {
  return -Math.log(likelihood);
}

/**
 * Turns scores into likelihoods: each exp(x) divided by the sum of all of them.
 * @param logits the scores
 * @returns the likelihoods
 * @example reckoning.softmax([0, Math.log(3)]); // [0.25, 0.75]
 */
export function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const powers = logits.map((x) => Math.exp(x - largest));
  return powers.map((power) => power / sum(powers));
}

/**
 * Computes the share of its input that classical dropout passes on in training, on average. Without a correction the
 * next layer would receive more in evaluation than in training.
 * @param p the probability that a value is dropped
 * @returns 1 − p
 * @example reckoning.classicalDropoutMean(0.5); // 0.5
 */
export function classicalDropoutMean(p: number): number {
  return 1 - p;
}

/**
 * Computes the factor by which inverted dropout, as in PyTorch, multiplies the values that it keeps in training. The
 * average stays the same, so evaluation needs no correction.
 * @param p the probability that a value is dropped
 * @returns 1 / (1 − p)
 * @example reckoning.invertedDropoutScale(0.5); // 2
 */
export function invertedDropoutScale(p: number): number {
  return 1 / (1 - p);
}
