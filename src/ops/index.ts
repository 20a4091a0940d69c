/**
 * Every op's builder, node to node. Whoever builds graphs imports from here. The file of an op has its record; a
 * new op's file is added below, and its samples are checked from then on (ops.test.ts).
 */
export * from "./adaptive-pooling.js";
export * from "./arithmetic.js";
export * from "./cat.js";
export * from "./comparison.js";
export * from "./convolution.js";
export * from "./generated.js";
export * from "./interleave.js";
export * from "./leaf.js";
export * from "./matmul.js";
export * from "./normalization.js";
export * from "./pointwise.js";
export * from "./pooling.js";
export * from "./power.js";
export * from "./reduce.js";
export * from "./slice-and-pad.js";
export * from "./unpool.js";
export * from "./view.js";
