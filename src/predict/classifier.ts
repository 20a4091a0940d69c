/** A classifier: prepares an image for a trained network and returns the network's prediction. */
import { ArgumentError } from "../errors/errors.js";
import { noGrad } from "../graph/grad-mode.js";
import type { Module } from "../nn/index.js";
import { evaluating } from "../nn/modes.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import type { ImageInfo } from "../runs/datasets.js";
import { toDigit, toGrey, type ImageSource } from "./image.js";

/** What a network says of an image. */
export interface Prediction {
  /** The likelihood of each class; they add up to 1. */
  readonly likelihoods: readonly number[];
  /** The names of the classes, in the same order. */
  readonly classes: readonly string[];
  /** The number of the likeliest class. */
  readonly index: number;
  /** The name of the likeliest class. */
  readonly label: string;
  /** Whether the image was dark on light and was inverted. */
  readonly inverted: boolean;
  /** The size of the image before it was scaled, [height, width]. */
  readonly originalSize: readonly [number, number];
}

/**
 * Classifies images. They are prepared like MNIST's: white on black (an image with a bright border is inverted), in the
 * middle of a square, scaled and normalised.
 * @example
 * const images = { size: [1, 28, 28], mean: 0.1307, std: 0.3081, classes: ["zero", "one"] };
 * const classifier = new Classifier(new ExerciseNet(), images);
 * classifier.predict([[0, 1], [0, 1]]).originalSize; // [2, 2]
 */
export class Classifier {
  /**
   * @param model a network that computes log-likelihoods or scores (logits) [N, classes] of images [N, 1, H, H]; it is
   *   called in evaluation mode
   * @param images the size of the network's images, how they are normalised, and the names of the classes
   * @throws ArgumentError if the network's images are not grey and square
   */
  constructor(
    readonly model: Module,
    readonly images: ImageInfo,
  ) {
    const [channels, height, width] = images.size;
    if (channels !== 1 || height !== width) {
      throw new ArgumentError({
        op: "Classifier",
        problem: "a classifier cannot prepare images of this size",
        expected: "square images with one channel",
        got: `[${images.size.join(",")}]`,
      });
    }
  }

  /**
   * Classifies an image.
   * @param source the bytes of a PNG file, a canvas's ImageData, or brightness from 0 to 1
   * @param name what the image is called in errors
   * @returns the likelihood of each class, and the likeliest one
   * @throws DataError if a PNG cannot be read; ArgumentError if pixels are missing
   * @example
   * const classifier = await loadClassifier("runs/first");
   * const rows = Array.from({ length: 56 }, () => new Float32Array(56).fill(1));
   * const { inverted, originalSize } = classifier.predict(rows);
   * inverted; // true
   * originalSize; // [56, 56]
   */
  predict(source: ImageSource, name?: string): Prediction {
    const { size, mean, std } = this.images;
    const image = toGrey(source, name);
    const { pixels, inverted } = toDigit(image, size[1]!);
    const input = tensor(
      pixels.map((x) => (x - mean) / std),
      [1, ...size],
    );
    // The softmax of log-likelihoods is the likelihoods, too.
    const model = this.model as (images: Tensor) => Tensor;
    const output = evaluating(this.model, () => noGrad(() => model(input).softmax(1)));
    const likelihoods = [...output.data()];
    const index = likelihoods.indexOf(Math.max(...likelihoods));
    const classes = likelihoods.map((_, i) => this.images.classes[i] ?? String(i));
    const originalSize = [image.height, image.width] as const;
    return { likelihoods, classes, index, label: classes[index]!, inverted, originalSize };
  }
}
