/**
 * The datasets that kilograd knows by name. To add one, add a file to this folder and a line here. This module must
 * export only dataset classes, because `--data` accepts every export.
 */
export { FashionMNIST } from "./fashion-mnist.js";
export { MNIST } from "./mnist.js";
