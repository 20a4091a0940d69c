/** Fashion-MNIST (Xiao, Rasul & Vollgraf 2017, arXiv 1708.07747): pictures of clothing, in MNIST's format. */
import { DataError } from "../../errors/errors.js";
import type { Arguments } from "../../errors/signature.js";
import { MnistLike, type MnistFacts, type MnistOptions, type mnistParameters } from "../mnist-like.js";
import { node } from "../files/node.js";

/**
 * Fashion-MNIST: 60,000 training and 10,000 test pictures of clothing, [1, 28, 28], in the classes 0 to 9 (Xiao, Rasul
 * and Vollgraf 2017, arXiv 1708.07747). Without a `root` the files are those of Debian's package dataset-fashion-mnist.
 * PyTorch: `torchvision.datasets.FashionMNIST`.
 * @example
 * const clothes = new FashionMNIST({ root: "data", train: false });
 * clothes.classes[7]; // "Sneaker"
 */
export class FashionMNIST extends MnistLike {
  /** @internal */
  static readonly facts: MnistFacts = {
    name: "fashion-mnist",
    className: "FashionMNIST",
    classes: ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
    mean: 0.286,
    std: 0.353,
    // Stated at github.com/zalandoresearch/fashion-mnist.
    license: "MIT, copyright Zalando SE",
    source: {
      mirrors: ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
      resources: [
        { file: "train-images-idx3-ubyte.gz", md5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d" },
        { file: "train-labels-idx1-ubyte.gz", md5: "25c81989df183df01b3e8a0aad5dffbe" },
        { file: "t10k-images-idx3-ubyte.gz", md5: "bef4ecab320f06d8554ea6380940ec79" },
        { file: "t10k-labels-idx1-ubyte.gz", md5: "bb300cfdad3c16e7a12a480ee83cd310" },
      ],
    },
    defaultFolder: () => debianFolder("/usr/share/datasets/fashion-mnist"),
  };

  /**
   * @param given root, train and transform: in this order, or by name in an object
   * @throws DataError if a file is missing or invalid; it says which, and where in the file
   */
  constructor(...given: Arguments<MnistOptions, typeof mnistParameters>) {
    super(FashionMNIST.facts, ...given);
  }
}

/** Returns the folder of Debian's package. @throws DataError if it does not exist */
export function debianFolder(folder: string): string {
  if (node("fs").existsSync(folder)) return folder;
  throw new DataError({
    op: "FashionMNIST",
    problem: `no root was given, and ${folder} does not exist`,
    hint: 'run apt install dataset-fashion-mnist, or await FashionMNIST.load({ root: "data", download: true })',
  });
}
