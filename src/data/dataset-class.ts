/** What a dataset must be for `--data` and `openData` to know it by its name. */
import type { Dataset } from "./dataset.js";
import type { ImageSample } from "./image-dataset.js";
import type { Transform } from "./transforms/transform.js";

export interface DatasetFacts {
  /** The name that `--data` takes. */
  readonly name: string;
  readonly classes: readonly string[];
  /** The mean and the standard deviation of the pixels of all training images, from 0 to 1. */
  readonly mean: number;
  readonly std: number;
  /** The licence of the images, and who states it. */
  readonly license: string;
}

export interface DatasetOptions {
  /** The folder with the files; by default the place where the dataset is usually installed. */
  readonly root?: string;
  /** Whether to read the training images (the default) or the test images. */
  readonly train?: boolean;
  /** Turns the bytes of an image into the float32 values of a batch. */
  readonly transform?: Transform;
}

/** Grey images of one size, with their classes. */
export interface GreyImages extends Dataset<ImageSample> {
  readonly height: number;
  readonly width: number;
  /** The SHA-256 of the files that were read, by their names. A run refuses to continue on other data. */
  hashes(): Readonly<Record<string, string>>;
}

export interface DatasetClass {
  new (options: DatasetOptions): GreyImages;
  readonly facts: DatasetFacts;
}
