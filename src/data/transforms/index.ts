/** Transforms of images. PyTorch: `torchvision.transforms`. */
export { normalize, toTensor } from "./pixel-values.js";
export { randomAffine, randomRotation, type AffineOptions, type MoveOptions } from "./random-affine.js";
export { randomCrop, type CropOptions } from "./random-crop.js";
export { randomErasing, type ErasingOptions } from "./random-erasing.js";
export { compose, type Transform } from "./transform.js";
