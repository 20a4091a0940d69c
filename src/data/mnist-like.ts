/** Datasets stored in the format of MNIST: four IDX files. */
import { DataError } from "../errors/errors.js";
import { flag, only, text } from "../errors/kinds.js";
import { optional, required, Signature, type Arguments } from "../errors/signature.js";
import { parseIdx, parseLabels, type IdxArray } from "../formats/idx.js";
import { describeFolder, readDataFile, sha256 } from "./files/data-files.js";
import { downloadFiles, type DownloadSource, type Watch } from "./files/download.js";
import { downloadsFolder } from "./files/downloads-folder.js";
import { findPart, relativeOf, type Part, type Relative } from "./files/idx-files.js";
import { transformKind } from "./transforms/transform.js";
import { node } from "./files/node.js";
import { ImageDataset } from "./image-dataset.js";
import type { DatasetFacts, DatasetOptions, GreyImages } from "./dataset-class.js";

/**
 * Options of `MNIST` and `FashionMNIST`. The files may be compressed (`.gz`), and their names may have dots
 * (`train-images.idx3-ubyte`). They may be in `root` itself or where torchvision keeps them (`<root>/MNIST/raw`). The
 * files of EMNIST and QMNIST are read too: EMNIST's images are turned upright, and its letters are numbered from 0.
 */
export type MnistOptions = DatasetOptions;

/** Options of `MNIST.load` and `FashionMNIST.load`. */
export interface MnistLoadOptions extends MnistOptions {
  /** The folder with the files. */
  readonly root: string;
  /** Whether to download files that are missing or damaged. Default false. */
  readonly download?: boolean;
}

/**
 * The facts that distinguish one such dataset from another.
 * @internal
 */
export interface MnistFacts extends DatasetFacts {
  /** The name of its class, and of its folder in torchvision's layout. */
  readonly className: string;
  readonly source: DownloadSource;
  /** The folder with the files if no root is given. @throws DataError if there is none */
  readonly defaultFolder: () => string;
}

/** The facts that are needed to read files. Without names of the classes, these are numbered. */
type Facts = Omit<MnistFacts, "classes"> & { readonly classes?: readonly string[] | undefined };

/** The files of one half of a dataset. */
export interface IdxFiles {
  /** The file of the images. */
  readonly images: string;
  /** The file of the classes. */
  readonly labels: string;
}

/** A class that extends MnistLike, as seen by the static methods. */
interface MnistClass<T> {
  new (options: MnistOptions): T;
  readonly facts: MnistFacts;
  download(root: string, source?: DownloadSource, watch?: Watch): Promise<void>;
}

const folder = text("the path of a folder");

/**
 * What such a dataset's constructor takes.
 * @internal
 */
export const mnistParameters = [
  optional("root", folder),
  optional("train", flag, true),
  optional("transform", transformKind),
] as const;
/** PyTorch's `download` is known too, since a constructor cannot wait for a download. */
const noDownload = only(false, 'write await MNIST.load({ root: "data", download: true }), with the name of your class');
const loadParameters = [required("root", folder), ...mnistParameters.slice(1), optional("download", flag, false)];

/** @internal */
export class MnistLike extends ImageDataset implements GreyImages {
  /** Whether these are the training images. */
  readonly train: boolean;
  /** The files that were read. */
  readonly files: IdxFiles;

  /** @internal */
  constructor(facts: Facts, ...given: Arguments<MnistOptions, typeof mnistParameters>) {
    const signature = new Signature(facts.className, [...mnistParameters, optional("download", noDownload, false)]);
    const { root = installed(facts) ?? downloaded(facts), train, transform } = signature.read(given);
    const half = train ? "train" : "t10k";
    const files = {
      images: requirePart(facts, root, { half, what: "images" }),
      labels: requirePart(facts, root, { half, what: "labels" }),
    };
    const relative = relativeOf(files.images);
    const images = readImages(files.images, relative);
    const labels = readLabels(files.labels, relative);
    super(images, labels, relative?.classes ?? facts.classes ?? numbered(labels), transform);
    this.train = train;
    this.files = files;
  }

  /**
   * Returns the SHA-256 hashes of the files that were read. A run refuses to resume with different data.
   * @returns the hashes in hexadecimal, keyed by file name
   * @example Object.keys(new MNIST({ root: "data" }).hashes()); // ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"]
   */
  hashes(): Record<string, string> {
    const { images, labels } = this.files;
    return Object.fromEntries([images, labels].map((file) => [node("path").basename(file), sha256(file)]));
  }

  /**
   * Reads the dataset, after downloading its files if `download` is set.
   * @param options where the files are, whether to download them, which half, and what is done to its images
   * @returns the dataset
   * @throws DataError if a file is missing or invalid, or cannot be downloaded
   * @example
   * const test = await MNIST.load({ root: "data", train: false });
   * [test.height, test.width]; // [28, 28]
   */
  static async load<T>(this: MnistClass<T>, options: MnistLoadOptions): Promise<T> {
    new Signature(`${this.facts.className}.load`, loadParameters).read([options]);
    const { download = false, ...rest } = options;
    if (download) await this.download(rest.root);
    return new this(rest);
  }

  /**
   * Downloads the files that are missing or damaged into `<root>/<class name>/raw`, where torchvision keeps them.
   * @param root the folder
   * @param source where to find the files; the dataset's usual mirrors unless given
   * @param watch called with the name of a file, the bytes that have arrived, and their number if it is known
   * @throws DataError if no mirror has a file with the right checksum
   * @example
   * await MNIST.download("data", {
   *   mirrors: ["https://example.org/mnist/"],
   *   resources: [{ file: "t10k-labels-idx1-ubyte", md5: "ca11a3ad58fc630275250e2d1e14f534" }],
   * });
   */
  static async download(
    this: MnistClass<unknown>,
    root: string,
    source: DownloadSource = this.facts.source,
    watch?: (file: string, received: number, total: number | undefined) => void,
  ): Promise<void> {
    await downloadFiles(node("path").join(root, this.facts.className, "raw"), source, watch);
  }

  /**
   * Downloads what is missing or damaged of the dataset without a root, unless it is installed.
   * @internal
   */
  static async obtain(this: MnistClass<unknown>, watch?: Watch): Promise<void> {
    if (installed(this.facts) === undefined) await this.download(downloadsFolder(), undefined, watch);
  }
}

/** The folder of the package that brings a dataset. */
function installed({ defaultFolder }: Facts): string | undefined {
  try {
    return defaultFolder();
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

/** Where the program downloads a dataset to. @throws DataError if it has not been downloaded */
function downloaded({ className, defaultFolder }: Facts): string {
  const folder = downloadsFolder();
  return node("fs").existsSync(node("path").join(folder, className, "raw")) ? folder : defaultFolder();
}

function requirePart({ className, source }: Facts, root: string, part: Part): string {
  const folders = [root, node("path").join(root, className, "raw")];
  const path = findPart(part, folders);
  if (path !== undefined) return path;
  const name = `${part.half}-${part.what}-idx${part.what === "images" ? 3 : 1}-ubyte`;
  throw new DataError({
    op: className,
    problem: `${name} is not in ${root}`,
    expected: `${name} or ${name}.gz in ${folders.join(" or ")}`,
    got: describeFolder(root),
    hint: `await ${className}.download(${JSON.stringify(root)}) downloads it from ${source.mirrors[0]}`,
  });
}

function readImages(file: string, relative: Relative | undefined): IdxArray {
  const images = parseIdx(readDataFile(file), file, 3);
  checkImages(images);
  return relative?.transposed ? transposed(images) : images;
}

/** Images [N, W, H] as [N, H, W]. */
function transposed({ shape, data, ...rest }: IdxArray): IdxArray {
  const [count, width, height] = shape as [number, number, number];
  const turned = new Uint8Array(data.length);
  for (let image = 0, at = 0; image < count; image++) {
    const first = image * width * height;
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) turned[at++] = data[first + x * height + y]!;
  }
  return { ...rest, shape: [count, height, width], data: turned };
}

function readLabels(file: string, relative: Relative | undefined): IdxArray {
  const labels = parseLabels(readDataFile(file), file);
  if (!relative?.firstLabel) return labels;
  // A label below the first becomes one that is out of range, and is refused.
  return { ...labels, data: labels.data.map((label) => label - relative.firstLabel) };
}

/** Classes without names: as many as the labels say. */
function numbered({ data }: IdxArray): string[] {
  const highest = data.reduce((most, label) => Math.max(most, label), 0);
  return Array.from({ length: highest + 1 }, (_, label) => String(label));
}

function checkImages({ file, shape }: IdxArray): void {
  const [count, height, width] = shape;
  if (count! > 0 && height! > 0 && width! > 0) return;
  throw new DataError({
    op: file,
    problem: "at offset 4: there are no images",
    expected: "sizes above 0",
    got: `[${shape.join(",")}]`,
    hint: "the file is damaged; download it again",
  });
}
