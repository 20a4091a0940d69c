/**
 * The datasets that kilograd knows by name. A new one is a file in this folder and a line here. Nothing but their
 * classes is exported: `--data` takes any of them.
 */
export { FashionMNIST } from "./fashion-mnist.js";
export { MNIST } from "./mnist.js";
