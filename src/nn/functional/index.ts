/**
 * `F`: layers and losses as functions, with their parameters as arguments. What is a keyword in PyTorch stands in an
 * options object; a size is a number for both axes or [height, width]. PyTorch: `torch.nn.functional`.
 */
export * from "./activations.js";
export * from "./batch-norm.js";
export * from "./convolution.js";
export * from "./dropout.js";
export * from "./linear.js";
export * from "./losses.js";
export * from "./pooling.js";
export type { Size2d } from "./size.js";
