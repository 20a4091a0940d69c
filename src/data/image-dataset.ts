/** Labelled grey images of one size, stored as bytes, which take a quarter of the memory of float32. */
import { recordWith } from "../errors/record-kinds.js";
import { arrayOf, callback, text } from "../errors/kinds.js";
import { required, optional, Signature } from "../errors/signature.js";
import { DataError } from "../errors/errors.js";
import { shown } from "../errors/shown.js";
import { formatShape, sizeOf } from "../graph/shape.js";
import type { Generator } from "../random/random.js";
import { tensor } from "../tensor/creation.js";
import { checkIndex, type Batch, type Dataset, type SampleGenerators } from "./dataset.js";
import type { IdxArray } from "../formats/idx.js";
import { ImageTransform } from "./image-batch.js";
import type { Image } from "./image.js";
import { compose, type Transform } from "./transforms/transform.js";

/** An image and the index of its class. */
export type ImageSample = readonly [Image, number];

const idx = recordWith<IdxArray>("what parseIdx() returns", "shape", "data");
const ofImageDataset = new Signature("ImageDataset", [
  required("images", idx),
  required("labels", idx),
  required("classes", arrayOf(text("the name of a class"))),
  optional("transform", callback),
]);

/**
 * Grey images of one size with their classes, stored as bytes, which take a quarter of the memory of float32.
 * @example
 * const images = { file: "images", shape: [2, 1, 2], data: Uint8Array.of(0, 255, 255, 0), dataOffset: 16 };
 * const labels = { file: "labels", shape: [2], data: Uint8Array.of(1, 0), dataOffset: 8 };
 * const dataset = new ImageDataset(images, labels, ["left", "right"], transforms.toTensor());
 * for (const [batch, classes] of new DataLoader(dataset, { batchSize: 2 })) {
 *   batch.tolist(); // [[[[0, 1]]], [[[1, 0]]]]
 *   classes.tolist(); // [1, 0]
 * }
 */
export class ImageDataset implements Dataset<ImageSample> {
  /** The images as bytes, [length, height, width]. */
  readonly images: Uint8Array;
  /** The class of each image, by number. */
  readonly targets: Uint8Array;
  /** The number of images. */
  readonly length: number;
  /** The height of the images in pixels. */
  readonly height: number;
  /** The width of the images in pixels. */
  readonly width: number;
  private readonly transform: Transform;
  private readonly batched: ImageTransform;

  /**
   * @param images bytes [N, H, W], as `parseIdx` returns them
   * @param labels bytes [N], the number of each image's class
   * @param classes the names of the classes
   * @param transform what is done to each image; nothing unless given
   * @throws DataError if the bytes do not fit the shapes, if the numbers of labels and images differ, or if a label is out of
   *   range
   */
  constructor(
    images: IdxArray,
    labels: IdxArray,
    readonly classes: readonly string[],
    transform: Transform = compose([]),
  ) {
    ofImageDataset.read(arguments);
    checkBytes(images, 3);
    checkBytes(labels, 1);
    checkLabels(images, labels, classes.length);
    const [length, height, width] = images.shape as [number, number, number];
    this.images = images.data;
    this.targets = labels.data;
    this.length = length;
    this.height = height;
    this.width = width;
    this.transform = transform;
    this.batched = new ImageTransform(transform);
  }

  /**
   * Returns an image, transformed, and its class.
   * @param index its number, from 0
   * @param generator the source of random numbers for transforms; the default one unless given
   * @returns image and class
   * @throws ArgumentError if there is no such image
   * @example
   * const [image, label] = new MNIST({ root: "data" }).get(3);
   * image.data.length; // 784
   * label; // 3
   */
  get(index: number, generator?: Generator): ImageSample {
    checkIndex(this.constructor.name, index, this.length);
    return [this.batched.apply(this.image(index), generator), this.targets[index]!];
  }

  /**
   * Returns several images, transformed, and their classes.
   * @param indices their numbers
   * @param generators the source of random numbers for each of them
   * @returns images [N, C, H, W] as float32 and classes [N] as int32
   * @throws ArgumentError if there is no such image, or if the transform does not end with float32 values; ShapeError
   *   if the transformed images differ in size
   * @example
   * const dataset = new MNIST({ root: "data", transform: transforms.toTensor() });
   * const [images, labels] = dataset.batch([0, 1, 2], () => new Generator());
   * images.shape; // [3, 1, 28, 28]
   * labels.tolist(); // [0, 1, 2]
   */
  batch(indices: readonly number[], generators: SampleGenerators): Batch {
    for (const index of indices) checkIndex(this.constructor.name, index, this.length);
    const images = this.batched.batch(indices.length, (place) => this.image(indices[place]!), generators);
    return [images, tensor(Int32Array.from(indices, (index) => this.targets[index]!))];
  }

  /**
   * Returns the same images with one more transform, which follows the dataset's own. Both datasets share the bytes.
   * @param transform what is done to each image
   * @returns the new dataset; this one does not change
   * @example
   * const dataset = new MNIST({ root: "data", transform: transforms.toTensor() });
   * const [middle] = dataset.withTransform(transforms.centerCrop(24)).get(0);
   * [middle.height, middle.width]; // [24, 24]
   */
  withTransform(transform: Transform): this {
    const all = compose([this.transform, transform]);
    // A copy and not a call of the constructor: a derived class may have a constructor with other arguments.
    const copy = Object.create(Object.getPrototypeOf(this) as object) as this;
    return Object.assign(copy, this, { transform: all, batched: new ImageTransform(all) });
  }

  /** An image as a view of the stored bytes, which must not be changed. */
  private image(index: number): Image {
    const { height, width } = this;
    const data = this.images.subarray(index * height * width, (index + 1) * height * width);
    return { data, channels: 1, height, width };
  }
}

/** @throws DataError unless there are as many bytes as the shape says */
function checkBytes({ file = "ImageDataset", shape, data }: IdxArray, axes: number): void {
  const isBytes = Object.prototype.toString.call(data) === "[object Uint8Array]";
  if (isBytes && shape.length === axes && data.length === sizeOf(shape)) return;
  throw new DataError({
    op: file,
    problem: "the bytes do not fit the shape",
    expected: `${axes === 1 ? "[N]" : "[N,H,W]"} and a Uint8Array of as many bytes`,
    got: `${Array.isArray(shape) ? formatShape(shape) : shown(shape)} and ${shown(data)}`,
    hint:
      !isBytes && ArrayBuffer.isView(data) && !/Float/.test(shown(data))
        ? "write data: new Uint8Array(data), which holds a byte per pixel"
        : "pass what parseIdx() returns; floating-point images belong into a TensorDataset",
  });
}

function checkLabels(images: IdxArray, labels: IdxArray, classes: number): void {
  const [count] = images.shape;
  if (labels.data.length !== count) {
    throw new DataError({
      op: labels.file ?? "ImageDataset",
      problem: labels.file
        ? `at offset 4: the labels do not match the images in ${images.file}`
        : "the labels do not match the images",
      expected: `${count} labels, one per image`,
      got: String(labels.data.length),
      hint: labels.file && "use two files of the same dataset, both for training or both for testing",
    });
  }
  const wrong = labels.data.findIndex((label) => label >= classes);
  if (wrong === -1) return;
  throw new DataError({
    op: labels.file ?? "ImageDataset",
    problem: `${labels.file ? `at offset ${labels.dataOffset + wrong}: ` : ""}label ${wrong} is out of range`,
    expected: `0 to ${classes - 1}`,
    got: String(labels.data[wrong]),
    hint: labels.file
      ? "the file is damaged or belongs to another dataset; download it again"
      : "classes names each class, and labels count from 0",
  });
}
