/** A folder of IDX files that may hold any images, in MNIST's format. */
import { MNIST } from "./datasets/mnist.js";
import { MnistLike, type MnistOptions } from "./mnist-like.js";

/** The images in a folder of IDX files. Their classes have names if the files' names say whose they are, else numbers. */
export class IdxFolder extends MnistLike {
  constructor(options: MnistOptions & { readonly root: string }) {
    super({ ...MNIST.facts, classes: undefined }, options);
  }

  /** Whether the classes have no names but their numbers. */
  get isNumbered(): boolean {
    return this.classes.every((name, i) => name === String(i));
  }
}
