/**
 * The arithmetic behind the quiz: what can be worked out by hand about layers, as functions of plain numbers. Weights
 * are counted without biases. reckoning.test.ts runs the examples.
 */

/**
 * The number of weights of a fully connected layer: one for each pair of an input and an output. A drawing of the layer
 * has as many lines.
 * @example linearWeights(13, 10); // 130
 */
export function linearWeights(inputs: number, outputs: number): number {
  return inputs * outputs;
}

/**
 * The numbers of weights of several fully connected layers in a row, such as VGG-16's classifier.
 * @param sizes the number of inputs of the first layer, and of outputs of each layer
 * @example layerWeights([25_088, 4096, 4096, 1000]); // [102760448, 16777216, 4096000]
 */
export function layerWeights(sizes: readonly number[]): number[] {
  return sizes.slice(1).map((outputs, i) => linearWeights(sizes[i]!, outputs));
}

/** The sum of a list of numbers. @example sum([102_760_448, 16_777_216, 4_096_000]); // 123633664 */
export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** A convolution over a square image of one channel, with a square kernel. */
export interface SquareConvolution {
  /** Pixels along a side of the image. */
  readonly image: number;
  readonly kernel: number;
  /** 1 by default. */
  readonly stride?: number;
  /** 0 by default. */
  readonly padding?: number;
}

/**
 * The number of outputs along a side: ⌊(image + 2·padding − kernel) / stride⌋ + 1.
 * @example convolutionOutput({ image: 5, kernel: 3 }); // 3
 */
export function convolutionOutput({ image, kernel, stride = 1, padding = 0 }: SquareConvolution): number {
  return Math.floor((image + 2 * padding - kernel) / stride) + 1;
}

/**
 * The number of weights of a convolution, which uses the same weights at every position.
 * @example convolutionWeights({ kernel: 3 }); // 9
 * @example convolutionWeights({ kernel: 3, inChannels: 8, outChannels: 16 }); // 1152
 */
export function convolutionWeights({
  kernel,
  inChannels = 1,
  outChannels = 1,
}: {
  readonly kernel: number;
  readonly inChannels?: number;
  readonly outChannels?: number;
}): number {
  return kernel * kernel * inChannels * outChannels;
}

/**
 * The number of lines in a drawing of a convolution without padding: each output is connected to the inputs that its
 * window covers.
 * @example convolutionLines({ image: 5, kernel: 3 }); // 81
 */
export function convolutionLines(convolution: SquareConvolution): number {
  return convolutionOutput(convolution) ** 2 * convolution.kernel ** 2;
}

/**
 * The number of weights of a fully connected layer with the same inputs and outputs as a convolution.
 * @example weightsIfFullyConnected({ image: 5, kernel: 3 }); // 225
 */
export function weightsIfFullyConnected(convolution: SquareConvolution): number {
  return linearWeights(convolution.image ** 2, convolutionOutput(convolution) ** 2);
}

/** What the receptive field depends on in a convolution or a pooling. */
export interface FieldLayer {
  readonly kernel: number;
  /** 1 by default. */
  readonly stride?: number;
}

/**
 * The size of the receptive field after each layer, in pixels along a side: size + (kernel − 1)·jump, where the jump is
 * the product of the strides before. For whole networks see inspect/receptive-field.ts.
 * @example receptiveFields([{ kernel: 3 }, { kernel: 3 }, { kernel: 2, stride: 2 }, { kernel: 3 }]); // [3, 5, 6, 10]
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
 * The negative log-likelihood of a prediction: −ln of the likelihood that it gave to the correct class.
 * @example negativeLogLikelihood(0.244).toFixed(4); // "1.4106"
 */
export function negativeLogLikelihood(likelihood: number): number {
  return -Math.log(likelihood);
}

/**
 * The likelihoods for some logits: each eˣ divided by the sum of all of them.
 * @example softmax([0, Math.log(3)]).map((x) => x.toFixed(2)); // ["0.25", "0.75"]
 */
export function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const powers = logits.map((x) => Math.exp(x - largest));
  return powers.map((power) => power / sum(powers));
}

/**
 * The share of its input that classical dropout passes on in training, on average: 1 − p. Without a correction, the
 * next layer would receive more in evaluation than in training.
 * @example classicalDropoutMean(0.5); // 0.5
 */
export function classicalDropoutMean(p: number): number {
  return 1 - p;
}

/**
 * The factor by which inverted dropout, as in PyTorch, multiplies the values that it keeps in training: 1 / (1 − p).
 * The average stays the same, so evaluation needs no correction.
 * @example invertedDropoutScale(0.5); // 2
 */
export function invertedDropoutScale(p: number): number {
  return 1 / (1 - p);
}
