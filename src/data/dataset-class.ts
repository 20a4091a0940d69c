/** The interface of datasets that `--data` and `openData` know by name. */
import type { Dataset } from "./dataset.js";
import type { ImageSample } from "./image-dataset.js";
import type { Watch } from "./files/download.js";
import type { Transform } from "./transforms/transform.js";

/** Facts about a dataset. */
export interface DatasetFacts {
  /** The name that `--data` takes. */
  readonly name: string;
  /** The names of the classes. */
  readonly classes: readonly string[];
  /** The mean of the pixels of all training images, from 0 to 1. */
  readonly mean: number;
  /** The standard deviation of the pixels of all training images, from 0 to 1. */
  readonly std: number;
  /** The licence of the images, and who states it. */
  readonly license: string;
}

/** Options of `MNIST` and `FashionMNIST`. */
export interface DatasetOptions {
  /** The folder with the files. Default: the folder where the dataset is usually installed. */
  readonly root?: string;
  /** Whether to read the training images rather than the test images. Default true. */
  readonly train?: boolean;
  /** The transform of each image; it should produce float32 values. Default: none. */
  readonly transform?: Transform;
}

/** Grey images of one size, with their classes. */
export interface GreyImages extends Dataset<ImageSample> {
  /** The names of the classes. */
  readonly classes: readonly string[];
  /** The images as bytes, [length, height, width]. */
  readonly images: Uint8Array;
  /** The class of each image, by number. */
  readonly targets: Uint8Array;
  /** The height of the images in pixels. */
  readonly height: number;
  /** The width of the images in pixels. */
  readonly width: number;
  /**
   * Returns the SHA-256 hashes of the files that were read, keyed by file name. A run refuses to resume with different
   * data.
   */
  hashes(): Readonly<Record<string, string>>;
}

/** A class of datasets that `--data` knows by name. */
export interface DatasetClass {
  /**
   * Reads the dataset.
   * @param options where it is, which half, and what is done to its images
   */
  new (options: DatasetOptions): GreyImages;
  /** Facts about the dataset. */
  readonly facts: DatasetFacts;
  /**
   * Downloads what is missing or damaged, unless the dataset is installed.
   * @param watch called with the name of a file, the bytes that have arrived, and their number if it is known
   */
  obtain(watch?: Watch): Promise<void>;
}
