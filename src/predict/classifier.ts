/** A classifier: prepares an image for a trained network and returns the network's prediction. */
import { ArgumentError } from "../errors/errors.js";
import { either, flag, kind, oneOf, text } from "../errors/kinds.js";
import { optional, required, Signature } from "../errors/signature.js";
import { noGrad } from "../graph/grad-mode.js";
import type { Module } from "../nn/index.js";
import { evaluating } from "../nn/modes.js";
import { checkClassifier } from "./checks.js";
import type { ClassifierImages } from "./classifier-images.js";
import { centred, fitted, isNegative } from "./layout.js";
import { likelihoodsOf } from "./likelihoods.js";
import { normalised } from "./normalised.js";
import { inverse, withChannels, type Picture } from "./picture.js";
import { readSource, type ImageSource } from "./source.js";

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
  /** Whether the image was inverted. */
  readonly inverted: boolean;
  /** Whether what is drawn was scaled and centred as in MNIST. */
  readonly centred: boolean;
  /** Whether there is nothing to see, because all pixels are equal. */
  readonly blank: boolean;
  /** The size of the image before it was scaled, [height, width]. */
  readonly originalSize: readonly [number, number];
}

/** Options of `Classifier.predict`. */
export interface PredictOptions {
  /** What the image is called in errors. Default "the image". */
  readonly name?: string;
  /**
   * Whether to use the image's negative. "auto", the default: if the image is a picture, not an array, and its background
   * is unlike that of all training images while the negative's is like it.
   */
  readonly invert?: "auto" | boolean;
  /**
   * Whether to lay what is drawn out as MNIST does: in a box of 20 of 28 pixels, with its centre of mass in the middle.
   * "auto", the default: if the image is a picture, not an array, and the training images are laid out like this.
   */
  readonly centre?: "auto" | boolean;
}

const choice = either(oneOf("auto"), flag);
const signature = new Signature("predict", [
  required(
    "image",
    kind<unknown>("an image", () => true),
  ),
  optional("name", text("the image's name"), "the image"),
  optional("invert", choice, "auto"),
  optional("centre", choice, "auto"),
]);

/** Options of `Classifier.predict`, all of them. */
type Choices = Required<PredictOptions>;

/**
 * Classifies images. They are scaled to the size of the training images, keep their proportions, and are normalised as in
 * training. Pictures (files and canvases) are made to look like the training images, if it is known how those look.
 * @example
 * const images = { size: [1, 28, 28], mean: 0.1307, std: 0.3081, classes: ["zero", "one"] };
 * const classifier = new Classifier(new ExerciseNet(), images);
 * classifier.predict([[0, 1], [0, 1]]).originalSize; // [2, 2]
 */
export class Classifier {
  /**
   * @param model a network that computes log-likelihoods, scores (logits) or likelihoods [N, classes] of images
   *   [N, C, H, W]; it is called in evaluation mode
   * @param images the size of the network's images, how they are normalised, the names of the classes, and how the images
   *   look
   * @throws ArgumentError if the images have neither one channel nor three, or for a mean and deviation that do not fit
   */
  constructor(
    readonly model: Module,
    readonly images: ClassifierImages,
  ) {
    checkClassifier(model, images);
  }

  /**
   * Classifies an image.
   * @param image a picture: the bytes of a PNG or JPEG file, a canvas, or its ImageData; or an array: brightness from 0 to
   *   1 as rows of numbers, as `{ width, height, pixels }`, or as a tensor [H, W] or [C, H, W]
   * @param options what the image is called in errors, and whether it is inverted and centred
   * @returns the likelihood of each class, and the likeliest one
   * @throws DataError if a file cannot be read; ArgumentError for anything that is no image; ShapeError or StateError if
   *   the network's result is not a number for each class
   * @example
   * const classifier = await loadClassifier("runs/first");
   * const rows = Array.from({ length: 56 }, () => new Float32Array(56).fill(1));
   * const { inverted, originalSize } = classifier.predict(rows, { invert: true });
   * inverted; // true
   * originalSize; // [56, 56]
   */
  predict(image: ImageSource, options?: PredictOptions): Prediction;
  predict(...given: readonly unknown[]): Prediction {
    const { image, ...choices } = signature.read(given);
    const { picture: original, isArray } = readSource(image, choices.name);
    const { picture, ...done } = this.prepared(original, isArray, choices);
    const { model, images } = this;
    const likelihoods = evaluating(model, () =>
      noGrad(() => likelihoodsOf(model, normalised(picture, images), images.classes.length)),
    );
    const index = likelihoods.indexOf(Math.max(...likelihoods));
    const classes = likelihoods.map((_, i) => images.classes[i] ?? String(i));
    const { width, height, channels, pixels } = original;
    const blank = pixels.every((x, i) => x === pixels[i % channels]);
    return { likelihoods, classes, index, label: classes[index]!, ...done, blank, originalSize: [height, width] };
  }

  /** Gives an image the look and the size of the training images. */
  private prepared(
    original: Picture,
    isArray: boolean,
    { invert, centre }: Choices,
  ): { readonly picture: Picture; readonly inverted: boolean; readonly centred: boolean } {
    const [channels, height, width] = this.images.size as [1 | 3, number, number];
    const look = isArray ? undefined : this.images.appearance;
    const converted = withChannels(original, channels);
    const inverted = invert === "auto" ? look !== undefined && isNegative(converted, look) : invert;
    const picture = inverted ? inverse(converted) : converted;
    const isCentring = centre === "auto" ? look?.centred === true : centre;
    if (!isCentring) return { picture: fitted(picture, width, height), inverted, centred: false };
    if (channels !== 1 || width !== height) throw notCentred(this.images);
    const { picture: drawing, moved } = centred(picture, width);
    return { picture: drawing, inverted, centred: moved };
  }
}

function notCentred({ size }: ClassifierImages): ArgumentError {
  return new ArgumentError({
    op: "predict",
    problem: "only grey and square images can be laid out like MNIST's",
    expected: "a network for images [1,H,H]",
    got: `[${size.join(",")}]`,
    hint: "leave out centre: true",
  });
}
