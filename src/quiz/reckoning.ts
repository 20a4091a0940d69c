/**
 * The reckoning of the exercise's quiz: what one works out by hand about layers, each as a function of plain numbers.
 * Weights are counted without biases. The examples are run by reckoning.test.ts.
 */

/**
 * The weights of a fully connected layer: one for each pair of an input and an output. A drawing has as many lines.
 * @example linearWeights(13, 10); // 130
 */
export function linearWeights(inputs: number, outputs: number): number {
  return inputs * outputs;
}

/**
 * The weights of each of several fully connected layers in a row, as of VGG-16's classifier.
 * @param sizes how many values go into the first layer, and come out of each
 * @example layerWeights([25_088, 4096, 4096, 1000]); // [102760448, 16777216, 4096000]
 */
export function layerWeights(sizes: readonly number[]): number[] {
  return sizes.slice(1).map((outputs, i) => linearWeights(sizes[i]!, outputs));
}

/** @example sum([102_760_448, 16_777_216, 4_096_000]); // 123633664 */
export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** A convolution over an image of one channel, square as its kernel. */
export interface SquareConvolution {
  /** Pixels along a side of the image. */
  readonly image: number;
  readonly kernel: number;
  /** 1 unless given. */
  readonly stride?: number;
  /** 0 unless given. */
  readonly padding?: number;
}

/**
 * Values along a side of the result: ⌊(image + 2·padding − kernel) / stride⌋ + 1.
 * @example convolutionOutput({ image: 5, kernel: 3 }); // 3
 */
export function convolutionOutput({ image, kernel, stride = 1, padding = 0 }: SquareConvolution): number {
  return Math.floor((image + 2 * padding - kernel) / stride) + 1;
}

/**
 * The weights of a convolution of so many channels: every place uses the same ones.
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
 * The lines of a convolution's drawing, without padding: each value of the result is joined to what its window covers.
 * @example convolutionLines({ image: 5, kernel: 3 }); // 81
 */
export function convolutionLines(convolution: SquareConvolution): number {
  return convolutionOutput(convolution) ** 2 * convolution.kernel ** 2;
}

/**
 * The weights of a fully connected layer between the same image and the same result.
 * @example weightsIfFullyConnected({ image: 5, kernel: 3 }); // 225
 */
export function weightsIfFullyConnected(convolution: SquareConvolution): number {
  return linearWeights(convolution.image ** 2, convolutionOutput(convolution) ** 2);
}

/** A convolution or a pooling, as far as the receptive field is concerned. */
export interface FieldLayer {
  readonly kernel: number;
  /** 1 unless given. */
  readonly stride?: number;
}

/**
 * Pixels along a side that a value has seen after each layer: size + (kernel − 1)·jump, where the jump is the product
 * of the strides before. See inspect/receptive-field.ts for whole networks.
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
 * The negative log-likelihood of a prediction: −ln of the likelihood that it gave to the right class.
 * @example negativeLogLikelihood(0.244).toFixed(4); // "1.4106"
 */
export function negativeLogLikelihood(likelihood: number): number {
  return -Math.log(likelihood);
}

/**
 * Likelihoods from logits: eˣ divided by the sum of all.
 * @example softmax([0, Math.log(3)]).map((x) => x.toFixed(2)); // ["0.25", "0.75"]
 */
export function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const powers = logits.map((x) => Math.exp(x - largest));
  return powers.map((power) => power / sum(powers));
}

/**
 * By what classical dropout multiplies what it lets through, on average, in training: 1 − p. Without a correction in
 * evaluation the next layer would get more there.
 * @example classicalDropoutMean(0.5); // 0.5
 */
export function classicalDropoutMean(p: number): number {
  return 1 - p;
}

/**
 * By what inverted dropout, PyTorch's, multiplies each value that it keeps in training: 1 / (1 − p). On average nothing
 * changes, so evaluation needs no correction.
 * @example invertedDropoutScale(0.5); // 2
 */
export function invertedDropoutScale(p: number): number {
  return 1 / (1 - p);
}
