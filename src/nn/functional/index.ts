/**
 * Layers, activations and losses as functions that take their weights as arguments. PyTorch's keyword arguments are
 * fields of an options object here. PyTorch: `torch.nn.functional`.
 *
 * @example
 * const images = zeros([8, 1, 28, 28]);
 * const hidden = F.relu(F.conv2d(images, zeros([32, 1, 3, 3]), null, { padding: 1 }));
 * F.maxPool2d(hidden, 2).shape; // [8, 32, 14, 14]
 *
 * @module F
 */
export * from "./activations.js";
export * from "./batch-norm.js";
export * from "./convolution.js";
export * from "./dropout.js";
export * from "./linear.js";
export * from "./losses.js";
export * from "./pooling.js";
export type { InplaceOptions } from "./inplace.js";
export type { OutputSize2d, Size2d } from "./size.js";
