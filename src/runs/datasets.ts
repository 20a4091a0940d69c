/** The data that a configuration names, transformed for training and for testing. Node only. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { FashionMNIST } from "../data/datasets/fashion-mnist.js";
import { MNIST } from "../data/datasets/mnist.js";
import * as transforms from "../data/transforms/index.js";
import type { Transform } from "../data/transforms/transform.js";
import { DataError } from "../errors/errors.js";
import type { AugmentConfig } from "../config/config.js";
import type { TrainingData } from "../train/session.js";

/** What is known of a dataset's images; a run keeps it, to classify other images in the same way. */
export interface ImageInfo {
  /** [C,H,W] */
  readonly size: readonly number[];
  /** Pixels from 0 to 1 become (pixel − mean) / std. */
  readonly mean: number;
  readonly std: number;
  readonly classes: readonly string[];
}

export interface OpenedData extends TrainingData {
  readonly info: ImageInfo;
  /** The SHA-256 of each file, by its name without folders. */
  readonly hashes: Readonly<Record<string, string>>;
}

const MNIST_LICENSE =
  "CC BY-SA 3.0, copyright Yann LeCun and Corinna Cortes, as Keras and Kaggle state it; the authors' page names no licence";

interface DatasetKind {
  readonly Kind: typeof MNIST | typeof FashionMNIST;
  readonly mean: number;
  readonly std: number;
  /** Under which the images may be used, and who says so. */
  readonly license: string;
}

/**
 * Datasets by their names, with mean and standard deviation of their training images. MNIST's authors name no licence
 * with the files; Keras's documentation (keras.io/api/datasets/mnist) and Kaggle give CC BY-SA 3.0. Fashion-MNIST's
 * authors do (github.com/zalandoresearch/fashion-mnist).
 */
const kinds: Readonly<Record<string, DatasetKind>> = {
  mnist: { Kind: MNIST, mean: 0.1307, std: 0.3081, license: MNIST_LICENSE },
  "fashion-mnist": { Kind: FashionMNIST, mean: 0.286, std: 0.353, license: "MIT, copyright Zalando SE" },
};

export const datasetNames: readonly string[] = Object.keys(kinds);

/** The licence of a dataset's images; undefined for files of one's own. */
export function licenseOf(data: string): string | undefined {
  return Object.hasOwn(kinds, data) ? kinds[data]!.license : undefined;
}

/**
 * Opens a dataset by its name, or the IDX files in a folder, which are normalised as MNIST's.
 * @throws DataError where files are missing or damaged
 */
export function openData(data: string, augment: AugmentConfig): OpenedData {
  const named = Object.hasOwn(kinds, data) ? kinds[data] : undefined;
  const { Kind, mean, std } = named ?? kinds["mnist"]!;
  const where = named ? {} : { root: data };
  const pixels = [transforms.toTensor(), transforms.normalize([mean], [std])];
  const train = new Kind({ ...where, train: true, transform: transforms.compose([...moves(augment), ...pixels]) });
  const test = new Kind({ ...where, train: false, transform: transforms.compose(pixels) });
  if (train.height !== test.height || train.width !== test.width) {
    throw new DataError({
      op: "data",
      problem: "training and test images differ in size",
      expected: `${train.height}×${train.width}`,
      got: `${test.height}×${test.width}`,
      hint: "take all four files from one dataset",
    });
  }
  const files = [train.files, test.files].flatMap(({ images, labels }) => [images, labels]);
  return {
    train,
    test,
    info: { size: [1, train.height, train.width], mean, std, classes: train.classes },
    hashes: Object.fromEntries(files.map((file) => [path.basename(file), sha256(file)])),
  };
}

/** Turning, shifting and scaling by random amounts; nothing where all amounts are zero. */
function moves({ rotation, shift, scale }: AugmentConfig): Transform[] {
  if (rotation === 0 && shift === 0 && scale === 0) return [];
  return [
    transforms.randomAffine({
      degrees: rotation,
      translate: [shift, shift],
      scale: [1 - scale, 1 + scale],
      interpolation: "bilinear",
    }),
  ];
}

/** Read in parts: the training images are too large to hold twice. */
function sha256(file: string): string {
  const hash = createHash("sha256");
  const part = new Uint8Array(1 << 20);
  const handle = fs.openSync(file, "r");
  try {
    for (let read = fs.readSync(handle, part); read > 0; read = fs.readSync(handle, part)) {
      hash.update(part.subarray(0, read));
    }
  } finally {
    fs.closeSync(handle);
  }
  return hash.digest("hex");
}
