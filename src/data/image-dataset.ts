/** Labelled grey images of one size, kept as bytes, which take a quarter of the memory of float32. */
import { DataError } from "../errors/errors.js";
import type { Generator } from "../random/random.js";
import { tensor } from "../tensor/creation.js";
import { checkIndex, type Batch, type Dataset, type SampleGenerators } from "./dataset.js";
import type { IdxArray } from "../formats/idx.js";
import { ImageTransform } from "./image-batch.js";
import type { Image } from "./image.js";
import type { Transform } from "./transforms/transform.js";

export type ImageSample = readonly [Image, number];

export class ImageDataset implements Dataset<ImageSample> {
  /** The images as bytes, [length, height, width]. */
  readonly images: Uint8Array;
  /** The class of each image, by number. */
  readonly targets: Uint8Array;
  readonly length: number;
  readonly height: number;
  readonly width: number;
  private readonly transform: ImageTransform;

  /**
   * @param images bytes [N, H, W]
   * @param labels bytes [N], the number of each image's class
   * @param classes the names of the classes
   * @throws DataError if there are more or fewer labels than images, or if a label is out of range
   */
  constructor(
    images: IdxArray,
    labels: IdxArray,
    readonly classes: readonly string[],
    transform?: Transform,
  ) {
    checkLabels(images, labels, classes.length);
    const [length, height, width] = images.shape as [number, number, number];
    this.images = images.data;
    this.targets = labels.data;
    this.length = length;
    this.height = height;
    this.width = width;
    this.transform = new ImageTransform(transform);
  }

  /** An image and its class. The image is transformed if the dataset has a transform. */
  get(index: number, generator?: Generator): ImageSample {
    checkIndex(this.constructor.name, index, this.length);
    return [this.transform.apply(this.image(index), generator), this.targets[index]!];
  }

  batch(indices: readonly number[], generators: SampleGenerators): Batch {
    for (const index of indices) checkIndex(this.constructor.name, index, this.length);
    const images = this.transform.batch(indices.length, (place) => this.image(indices[place]!), generators);
    return [images, tensor(Int32Array.from(indices, (index) => this.targets[index]!))];
  }

  /** The bytes of an image, not copied: they must not be changed. */
  private image(index: number): Image {
    const { height, width } = this;
    const data = this.images.subarray(index * height * width, (index + 1) * height * width);
    return { data, channels: 1, height, width };
  }
}

function checkLabels(images: IdxArray, labels: IdxArray, classes: number): void {
  const [count] = images.shape;
  if (labels.data.length !== count) {
    throw new DataError({
      op: labels.file,
      problem: `at offset 4: the labels do not match the images in ${images.file}`,
      expected: `${count} labels, one per image`,
      got: String(labels.data.length),
      hint: "use two files of the same dataset, both for training or both for testing",
    });
  }
  const wrong = labels.data.findIndex((label) => label >= classes);
  if (wrong === -1) return;
  throw new DataError({
    op: labels.file,
    problem: `at offset ${labels.dataOffset + wrong}: label ${wrong} is out of range`,
    expected: `0 to ${classes - 1}`,
    got: String(labels.data[wrong]),
    hint: "the file is damaged or belongs to another dataset; download it again",
  });
}
