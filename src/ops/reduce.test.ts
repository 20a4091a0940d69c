/** What the samples of reductions, products and concatenation do not cover: equal elements, NaN, and errors. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gradients } from "../autograd/gradients.js";
import type { Node } from "../graph/node.js";
import { evaluate } from "../reference/reference.js";
import { Variable } from "../graph/variable.js";
import type { Shape } from "../graph/shape.js";
import * as ops from "./index.js";

const float = (shape: Shape, ...values: number[]): Node => ops.data(Float32Array.from(values), shape, "float32");
const zeros = (...shape: number[]): Node => ops.constant(0, shape);
const valuesOf = (node: Node): number[] => [...evaluate([node])[0]!.data];

test("amax shares its gradient evenly among equal elements, as in PyTorch", () => {
  const x = ops.variable(new Variable([2, 3], "float32", Float32Array.of(1, 3, 3, 5, 4, 0)), true);
  const flow = gradients(ops.amax(x, [1]), ops.constant(1, [2, 1])).get(x)!;
  assert.deepEqual(valuesOf(flow), [0, 0.5, 0.5, 1, 0, 0]);
});

test("argmax returns the first of several largest elements, and the first NaN if there is one", () => {
  assert.deepEqual(valuesOf(ops.argmax(float([2, 4], 1, 7, 7, 0, -3, -5, -3, -9), 1)), [1, 0]);
  assert.deepEqual(valuesOf(ops.argmax(float([2, 3], 1, NaN, 2, NaN, 5, NaN), 1)), [1, 0]);
});

test("the variance of one element with correction 1 is NaN, as in PyTorch", () => {
  assert.deepEqual(valuesOf(ops.variance(float([1], 5), [0], 1)), [NaN]);
});

test("oneHot gives all zeros for a label that is not a class", () => {
  const labels = ops.data(Int32Array.of(2, 3, -1), [3], "int32");
  assert.deepEqual(valuesOf(ops.oneHot(labels, 3)), [0, 0, 1, 0, 0, 0, 0, 0, 0]);
});

test("shapes, axes and arguments that do not fit are refused", () => {
  assert.throws(
    () => ops.sum(zeros(2, 3), [2]),
    /^ShapeError: sum: \[2\] names an axis that a tensor of shape \[2,3\] does not have/,
  );
  assert.throws(
    () => ops.matmul(zeros(2, 3), zeros(2, 3)),
    /^ShapeError: matmul: \[2,3\] and \[2,3\] do not fit.*Hint/,
  );
  assert.throws(() => ops.matmul(zeros(), zeros(2)), /^ShapeError: matmul: \[\] and \[2\] do not fit/);
  assert.throws(
    () => ops.matmul(zeros(2, 3, 4), zeros(3, 4, 5)),
    /^ShapeError: matmul: \[2\] and \[3\] do not broadcast/,
  );
  assert.throws(() => ops.cat([zeros(2, 3), zeros(3, 2)], 0), /^ShapeError: cat: \[3,2\] cannot be joined to \[2,3\]/);
  assert.throws(() => ops.cat([], 0), /^ArgumentError: cat: no tensors were given/);
  const attrs = { before: [1], after: [-1], interior: [0], value: 0 };
  assert.throws(() => ops.pad(zeros(3), attrs), /^ArgumentError: pad: after \[-1\] cannot pad \[3\]/);
  assert.throws(() => ops.iota([2, 3], 2), /^ShapeError: iota: cannot count along axis 2 of \[2,3\]/);
  assert.throws(() => ops.iota([2 ** 13, 2 ** 12], 0), /^ShapeError: iota: .*at most 16777216 elements/);
  assert.throws(() => ops.random(zeros(2), [3]), /^ShapeError: random: .*expected int32 \[2\], got float32 \[2\]/);
});
