/** A classifier: prepares an image for a trained network and returns the network's prediction. */
import { ArgumentError } from "../errors/errors.js";
import { noGrad } from "../graph/grad-mode.js";
import type { Module } from "../nn/index.js";
import { evaluating } from "../nn/modes.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import type { ImageInfo } from "../runs/datasets.js";
import { toDigit, toGrey, type ImageSource } from "./image.js";

export interface Prediction {
  /** The likelihood of each class, in the order of `classes`. They add up to 1. */
  readonly likelihoods: readonly number[];
  readonly classes: readonly string[];
  /** The likeliest class, by index and by name. */
  readonly index: number;
  readonly label: string;
  /** Whether the image was dark on bright and has been inverted. */
  readonly inverted: boolean;
  /** [height, width] before the image was scaled to the network's input size. */
  readonly originalSize: readonly [number, number];
}

/**
 * Classifies images. They are prepared like the training images: white on black (an image with a bright border is
 * inverted), centred in a square, scaled and normalised.
 *
 * @example
 * const classifier = await loadClassifier("runs/digits");
 * const { label, likelihoods } = classifier.predict(canvas.getContext("2d").getImageData(0, 0, 280, 280));
 */
export class Classifier {
  /**
   * @param model returns log-likelihoods [N, classes] for images [N, 1, H, W]; it is called in evaluation mode
   * @param images the size of the network's images, how they are normalised, and the names of the classes
   * @throws ArgumentError if the images are not grey and square
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
   * Computes the likelihood of each class.
   * @param source a PNG file's bytes, ImageData, or rows of numbers from 0 to 1
   * @param name the image's name in errors
   */
  predict(source: ImageSource, name?: string): Prediction {
    const { size, mean, std } = this.images;
    const image = toGrey(source, name);
    const { pixels, inverted } = toDigit(image, size[1]!);
    const input = tensor(
      pixels.map((x) => (x - mean) / std),
      [1, ...size],
    );
    const output = evaluating(this.model, () => noGrad(() => (this.model as (images: Tensor) => Tensor)(input).exp()));
    const likelihoods = [...output.data()];
    const index = likelihoods.indexOf(Math.max(...likelihoods));
    const classes = likelihoods.map((_, i) => this.images.classes[i] ?? String(i));
    const originalSize = [image.height, image.width] as const;
    return { likelihoods, classes, index, label: classes[index]!, inverted, originalSize };
  }
}
