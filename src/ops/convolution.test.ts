/** What the samples of convolution do not cover: the gradients and shapes that its gradient ops refuse. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { conv2dInputGradient, conv2dWeightGradient, type ConvolutionAttrs } from "./convolution.js";
import { constant } from "./leaf.js";

const plain: ConvolutionAttrs = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };
const x = constant(0, [2, 3, 5, 5]);
const w = constant(0, [4, 3, 3, 3]);
const g = constant(0, [2, 4, 3, 3]);

test("the gradients have the shapes of the input and the weight", () => {
  assert.deepEqual(conv2dInputGradient(g, w, { ...plain, inputShape: x.shape }).shape, x.shape);
  assert.deepEqual(conv2dWeightGradient(x, g, { ...plain, weightShape: w.shape }).shape, w.shape);
});

test("a gradient without the output's shape is an error that names all shapes", () => {
  const other = constant(0, [2, 4, 5, 5]);
  assert.throws(() => conv2dInputGradient(other, w, { ...plain, inputShape: x.shape }), {
    name: "ShapeError",
    message:
      "conv2dInputGradient: a gradient of shape [2,4,5,5] does not fit input [2,3,5,5] and weight [4,3,3,3]; " +
      "expected [2,4,3,3].",
  });
  assert.throws(() => conv2dWeightGradient(x, other, { ...plain, weightShape: w.shape }), {
    name: "ShapeError",
    message: /^conv2dWeightGradient: a gradient of shape \[2,4,5,5\] does not fit .* expected \[2,4,3,3\]\.$/,
  });
});

test("channels that do not match are refused in the gradients, too", () => {
  assert.throws(() => conv2dInputGradient(g, w, { ...plain, inputShape: [2, 5, 5, 5] }), {
    message: /^conv2dInputGradient: input \[2,5,5,5\] has 5 channels, but weight \[4,3,3,3\] expects 3\. Hint: /,
  });
});
