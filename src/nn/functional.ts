/**
 * `F`: layers and losses as functions, with their parameters as arguments. What is a keyword in PyTorch stands in an
 * options object; a size is a number for both axes or [height, width]. PyTorch: `torch.nn.functional`.
 */
export * from "./functional/activations.js";
export * from "./functional/batch-norm.js";
export * from "./functional/convolution.js";
export * from "./functional/dropout.js";
export * from "./functional/linear.js";
export * from "./functional/losses.js";
export * from "./functional/pooling.js";
export type { Size2d } from "./functional/size.js";
