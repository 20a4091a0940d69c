/** What the samples of convolution cannot show: which gradients and shapes its gradient ops refuse. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { conv2dInputGradient, conv2dWeightGradient, type ConvolutionAttrs } from "./convolution.js";
import { constant } from "./leaf.js";

const plain: ConvolutionAttrs = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };
const x = constant(0, [2, 3, 5, 5]);
const w = constant(0, [4, 3, 3, 3]);
const g = constant(0, [2, 4, 3, 3]);

test("the gradients have the shapes of input and weight", () => {
  assert.deepEqual(conv2dInputGradient(g, w, { ...plain, inputShape: x.shape }).shape, x.shape);
  assert.deepEqual(conv2dWeightGradient(x, g, { ...plain, weightShape: w.shape }).shape, w.shape);
});

test("a gradient that is not of the output's shape is refused, with all shapes named", () => {
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

test("channels that do not fit are refused in the gradients too", () => {
  assert.throws(() => conv2dInputGradient(g, w, { ...plain, inputShape: [2, 5, 5, 5] }), {
    message: /^conv2dInputGradient: input has 5 channels \[2,5,5,5\] but weight expects 3 \[4,3,3,3\]\. Hint: /,
  });
});
