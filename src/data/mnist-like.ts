/** Datasets stored in the format of MNIST: four IDX files. */
import { basename, join } from "node:path";
import { DataError } from "../errors/errors.js";
import { parseIdx, type IdxArray } from "../formats/idx.js";
import { describeFolder, findFile, readDataFile, sha256 } from "./files/data-files.js";
import { downloadFiles, type DownloadSource } from "./files/download.js";
import { ImageDataset } from "./image-dataset.js";
import type { DatasetFacts, DatasetOptions, GreyImages } from "./dataset-class.js";

/** `root` is the folder of the IDX files, plain or .gz, or the one above as torchvision lays it out (`<root>/MNIST/raw`). */
export type MnistOptions = DatasetOptions;

export interface MnistLoadOptions extends MnistOptions {
  readonly root: string;
  /** Whether to download files that are missing or damaged first; false by default. */
  readonly download?: boolean;
}

/** What distinguishes one such dataset from another. */
export interface MnistFacts extends DatasetFacts {
  /** The name of its class, and of its folder in torchvision's layout. */
  readonly className: string;
  readonly source: DownloadSource;
  /** The folder with the files if no root is given. @throws DataError if there is none */
  readonly defaultFolder: () => string;
}

/** The files of one half of a dataset. */
export interface IdxFiles {
  readonly images: string;
  readonly labels: string;
}

/** A class that extends MnistLike, as the static methods see it. */
interface MnistClass<T> {
  new (options: MnistOptions): T;
  readonly facts: MnistFacts;
  download(root: string, source?: DownloadSource): Promise<void>;
}

export class MnistLike extends ImageDataset implements GreyImages {
  readonly train: boolean;
  /** The files that were read. */
  readonly files: IdxFiles;

  constructor(facts: MnistFacts, { root = facts.defaultFolder(), train = true, transform }: MnistOptions) {
    const half = train ? "train" : "t10k";
    const files = {
      images: findPart(facts, root, `${half}-images-idx3-ubyte`),
      labels: findPart(facts, root, `${half}-labels-idx1-ubyte`),
    };
    const images = parseIdx(readDataFile(files.images), files.images, 3);
    checkImages(images);
    super(images, parseIdx(readDataFile(files.labels), files.labels, 1), facts.classes, transform);
    this.train = train;
    this.files = files;
  }

  hashes(): Record<string, string> {
    const { images, labels } = this.files;
    return Object.fromEntries([images, labels].map((file) => [basename(file), sha256(file)]));
  }

  /** Reads the dataset, after downloading its files if `download` is set. */
  static async load<T>(this: MnistClass<T>, { download = false, ...options }: MnistLoadOptions): Promise<T> {
    if (download) await this.download(options.root);
    return new this(options);
  }

  /**
   * Downloads files that are missing or damaged into `<root>/<class name>/raw`, where torchvision keeps them.
   * @throws DataError if no mirror has a file, or if its md5 sum is wrong
   */
  static async download(this: MnistClass<unknown>, root: string, source = this.facts.source): Promise<void> {
    await downloadFiles(join(root, this.facts.className, "raw"), source);
  }
}

function findPart({ className, source }: MnistFacts, root: string, name: string): string {
  const folders = [root, join(root, className, "raw")];
  const path = findFile(name, folders);
  if (path !== undefined) return path;
  throw new DataError({
    op: className,
    problem: `${name} is not in ${root}`,
    expected: `${name} or ${name}.gz in ${folders.join(" or ")}`,
    got: describeFolder(root),
    hint: `await ${className}.download(${JSON.stringify(root)}) downloads it from ${source.mirrors[0]}`,
  });
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
