/** Opens the data that a configuration names, with the transforms for training and for testing. Needs Node. */
import { recordWith } from "../errors/record-kinds.js";
import { callback, text } from "../errors/kinds.js";
import { Signature, optional, required } from "../errors/signature.js";
import { measureAppearance, type Appearance } from "../data/appearance.js";
import { checkClassNumbers } from "../data/class-numbers.js";
import type { DatasetClass, GreyImages } from "../data/dataset-class.js";
import * as datasets from "../data/datasets/index.js";
import { IdxFolder } from "../data/idx-folder.js";
import * as transforms from "../data/transforms/index.js";
import type { Transform } from "../data/transforms/transform.js";
import { ArgumentError, DataError } from "../errors/errors.js";
import type { AugmentConfig } from "../config/config.js";
import { hasReference } from "../exercise/reference-curve.js";
import type { TrainingData } from "../train/session.js";

/** Facts about a dataset's images. A run keeps them so that it can classify other images in the same way. */
export interface ImageInfo {
  /** The size of an image, [C, H, W]. */
  readonly size: readonly number[];
  /** The mean of the pixels, from 0 to 1; they are normalised to (pixel − mean) / std. */
  readonly mean: number;
  /** The standard deviation of the pixels. */
  readonly std: number;
  /** The names of the classes. */
  readonly classes: readonly string[];
  /** How the training images look; unknown for images that a program made. */
  readonly appearance?: Appearance | undefined;
}

/** Data, opened for training. */
export interface OpenedData extends TrainingData {
  /** The test images. */
  readonly test: GreyImages;
  /** Facts about the images. */
  readonly info: ImageInfo;
  /** The SHA-256 of each file, by its name. */
  readonly hashes: Readonly<Record<string, string>>;
}

const classes: readonly DatasetClass[] = Object.values(datasets);

/** The names of the datasets that kilograd knows. */
export const datasetNames: readonly string[] = classes.map(({ facts }) => facts.name);

function findClass(name: string): DatasetClass | undefined {
  return classes.find(({ facts }) => facts.name === name);
}

const ofLicenseOf = new Signature("licenseOf", [required("data", text("the name or the folder of a dataset"))]);

/**
 * Returns the licence of a dataset's images.
 * @param data the dataset's name
 * @returns the licence; undefined for a folder of your own files
 * @example licenseOf("fashion-mnist"); // "MIT, copyright Zalando SE"
 */
export function licenseOf(data: string): string | undefined {
  ofLicenseOf.read(arguments);
  return findClass(data)?.facts.license;
}

const ofOpenData = new Signature("openData", [
  required("data", text("the name or the folder of a dataset")),
  required("augment", recordWith("{ rotation, shift, scale }", "rotation", "shift", "scale")),
]);

/**
 * Opens a dataset by its name, or the IDX files in a folder, which are normalised like MNIST. The classes of a folder
 * have names if the files are MNIST's, EMNIST's or QMNIST's, and numbers otherwise.
 * @param data the name or the folder
 * @param augment how training images are changed at random
 * @returns training and test images, transformed, and facts about the images
 * @throws DataError if a file is missing or damaged, or if the numbers of a folder's classes leave out many
 * @example
 * const { train, test, info } = openData("data", { rotation: 5, shift: 0, scale: 0 });
 * [train.length, test.length]; // [40, 20]
 * info.size; // [1, 28, 28]
 */
export function openData(data: string, augment: AugmentConfig): OpenedData {
  ofOpenData.read(arguments);
  const Named = findClass(data);
  const { mean, std } = (Named ?? datasets.MNIST).facts;
  const pixels = [transforms.toTensor(), transforms.normalize([mean], [std])];
  const open = (train: boolean, all: readonly Transform[]) => {
    const options = { train, transform: transforms.compose(all) };
    return Named ? new Named(options) : new IdxFolder({ ...options, root: data });
  };
  const train = open(true, [...moves(augment), ...pixels]);
  const test = open(false, pixels);
  if (train.height !== test.height || train.width !== test.width) {
    throw new DataError({
      op: "data",
      problem: "the training and test images differ in size",
      expected: `${train.height}×${train.width}`,
      got: `${test.height}×${test.width}`,
      hint: "use training and test files of the same dataset",
    });
  }
  const hashes = { ...train.hashes(), ...test.hashes() };
  const numbered = [train, test].filter((half) => half instanceof IdxFolder && half.isNumbered);
  if (numbered.length > 0) checkClassNumbers(numbered as IdxFolder[]);
  const classes = hasReference(data, hashes) ? datasets.MNIST.facts.classes : mostOf(train.classes, test.classes);
  let appearance: Appearance | undefined;
  const info = {
    size: [1, train.height, train.width],
    mean,
    std,
    classes,
    // Looking at all images takes longer than opening them, and only what writes a run asks for it.
    get appearance(): Appearance {
      return (appearance ??= measureAppearance(train));
    },
  };
  return { train, test, info, hashes };
}

/** Numbered classes may be fewer in one half. */
function mostOf(a: readonly string[], b: readonly string[]): readonly string[] {
  return a.length >= b.length ? a : b;
}

const ofDownloadData = new Signature("downloadData", [
  required("data", text("the name of a dataset")),
  optional("watch", callback),
]);

/**
 * Downloads what is missing or damaged of a dataset into the user's folder for such files, where `openData` looks. Does
 * nothing if the dataset is installed as a package.
 * @param data the dataset's name
 * @param watch called with the name of a file, the bytes that have arrived, and their number if it is known
 * @throws ArgumentError if there is no dataset of that name, DataError if a file cannot be downloaded
 * @example await downloadData("mnist");
 */
export async function downloadData(
  data: string,
  watch?: (file: string, received: number, total: number | undefined) => void,
): Promise<void> {
  ofDownloadData.read(arguments);
  const Named = findClass(data);
  if (Named) return Named.obtain(watch);
  throw new ArgumentError({
    op: "download",
    problem: "only a dataset that has a name can be downloaded",
    expected: datasetNames.join(" or "),
    got: data,
  });
}

/** Random rotation, shift and scale; no transform if all amounts are zero. */
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
