/** Fashion-MNIST (Xiao, Rasul & Vollgraf 2017, arXiv 1708.07747): pieces of clothing, in MNIST's form. */
import { existsSync } from "node:fs";
import { DataError } from "../../errors/errors.js";
import type { DownloadSource } from "../files/download.js";
import { downloadFamily, MnistLike, type MnistFamily, type MnistLoadOptions, type MnistOptions } from "./mnist.js";

/** Where Debian's package dataset-fashion-mnist puts the files. */
const DEBIAN_FOLDER = "/usr/share/datasets/fashion-mnist";

const fashionMnist: MnistFamily = {
  name: "FashionMNIST",
  classes: ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
  source: {
    mirrors: ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
    resources: [
      { file: "train-images-idx3-ubyte.gz", md5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d" },
      { file: "train-labels-idx1-ubyte.gz", md5: "25c81989df183df01b3e8a0aad5dffbe" },
      { file: "t10k-images-idx3-ubyte.gz", md5: "bef4ecab320f06d8554ea6380940ec79" },
      { file: "t10k-labels-idx1-ubyte.gz", md5: "bb300cfdad3c16e7a12a480ee83cd310" },
    ],
  },
  defaultFolder: () => debianFolder(DEBIAN_FOLDER),
};

/** The folder, if it is there. */
export function debianFolder(folder: string): string {
  if (existsSync(folder)) return folder;
  throw new DataError({
    op: "FashionMNIST",
    problem: `no root was given and there is no ${folder}`,
    hint: 'run apt install dataset-fashion-mnist, or await FashionMNIST.load({ root: "data", download: true })',
  });
}

/**
 * Fashion-MNIST's images [1, 28, 28] and classes 0 to 9. PyTorch: `torchvision.datasets.FashionMNIST`.
 * @throws DataError if files are missing or not what they should be; it says which, and where in the file
 */
export class FashionMNIST extends MnistLike {
  /** Without a root it reads the files of Debian's package dataset-fashion-mnist. */
  constructor(options: MnistOptions = {}) {
    super(fashionMnist, options);
  }

  /** The dataset, its files downloaded first where that is wanted. */
  static async load({ download = false, ...options }: MnistLoadOptions): Promise<FashionMNIST> {
    if (download) await FashionMNIST.download(options.root);
    return new FashionMNIST(options);
  }

  /** Downloads what is missing or damaged into `<root>/FashionMNIST/raw`. Errors as MNIST.download. */
  static async download(root: string, source: DownloadSource = fashionMnist.source): Promise<void> {
    await downloadFamily(fashionMnist, root, source);
  }
}
