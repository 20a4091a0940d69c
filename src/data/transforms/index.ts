/**
 * Transforms of images. PyTorch: `torchvision.transforms`.
 *
 * @example
 * const transform = transforms.compose([
 *   transforms.randomAffine({ degrees: 7, translate: [0.05, 0.05] }),
 *   transforms.toTensor(),
 *   transforms.normalize([0.1307], [0.3081]),
 * ]);
 * const [image] = new MNIST({ root: "data", transform }).get(0);
 * image.data instanceof Float32Array; // true
 *
 * @module transforms
 */
export { centerCrop } from "./center-crop.js";
export type { PartSize } from "./crop.js";
export { normalize, toTensor } from "./pixel-values.js";
export { randomAffine, randomRotation, type AffineOptions, type MoveOptions } from "./random-affine.js";
export type { Interpolation, Range } from "./options.js";
export { randomCrop, type CropOptions } from "./random-crop.js";
export { randomErasing, type ErasingOptions } from "./random-erasing.js";
export { compose, type Transform } from "./transform.js";
