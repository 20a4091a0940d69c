/**
 * The builders of all ops, from nodes to nodes. Code that builds graphs imports from here. An op's file holds its
 * record. A new file must be added below; ops.test.ts then checks its samples.
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
export * from "./verified.js";
export * from "./view.js";
