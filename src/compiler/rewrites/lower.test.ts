/**
 * Lowering of small graphs, with the results written as expressions. Variables are a, b, …; views and reductions have
 * their attributes in brackets.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gradients } from "../../autograd/gradients.js";
import { topologicalOrder, type Dtype, type Node } from "../../graph/node.js";
import { Variable } from "../../graph/variable.js";
import * as ops from "../../ops/index.js";
import { ageOf } from "../../ops/leaf.js";
import { graphText, namedVariable, nameVariable } from "../../reference/graph-text.js";
import type { Shape } from "../../graph/shape.js";
import { lower } from "./lower.js";

const lowered = (...roots: readonly Node[]): string[] => lower(roots).map(graphText);
const opsOf = (root: Node): string[] => topologicalOrder([root]).map((node) => node.op.name);

const a = namedVariable("a", [2, 3]);
const b = namedVariable("b", [2, 3]);
const images = namedVariable("images", [2, 3, 4, 4]);

describe("equal nodes become one", () => {
  /** The number of different nodes that these become. */
  const count = (...roots: readonly Node[]): number => new Set(lower(roots)).size;

  test("the same op with the same inputs", () => {
    assert.equal(count(ops.add(a, b), ops.add(a, b)), 1);
    assert.equal(count(ops.exp(ops.add(a, b)), ops.exp(ops.add(a, b))), 1);
  });

  test("but not another op, other inputs, or inputs in another order", () => {
    assert.equal(count(ops.sub(a, b), ops.mul(a, b), ops.sub(b, a), ops.sub(a, a)), 4);
  });

  test("but not with other attributes", () => {
    assert.equal(count(ops.sum(a, [0]), ops.sum(a, [1]), ops.sum(a, [0])), 2);
    assert.equal(count(ops.flip(images, [2]), ops.flip(images, [3])), 2);
  });

  test("the same constant, but not one with another value, shape or type", () => {
    const one = (shape: Shape, dtype?: Dtype): Node => ops.constant(1, shape, dtype);
    assert.equal(count(one([2]), one([2])), 1);
    assert.equal(count(one([2]), ops.constant(2, [2]), one([3]), one([2], "int32")), 4);
  });

  test("0 and −0 are different numbers, and so are the infinities and NaN", () => {
    assert.equal(count(ops.constant(0), ops.constant(-0)), 2);
    const [x, y] = lower([ops.div(a, ops.constant(0)), ops.div(a, ops.constant(-0))]);
    assert.ok(Object.is((x!.inputs[1]!.attrs as { value: number }).value, 0));
    assert.ok(Object.is((y!.inputs[1]!.attrs as { value: number }).value, -0));
    const p = namedVariable("p", [1]);
    const pads = [0, -0, Infinity, -Infinity, NaN].map((value) =>
      ops.pad(p, { before: [1], after: [0], interior: [0], value }),
    );
    assert.equal(count(...pads, ...pads), 5);
  });

  test("equal constants of different types stay apart where they are used", () => {
    const float = ops.add(ops.cast(namedVariable("i", [2], "int32"), "float32"), ops.constant(7));
    const int = ops.add(namedVariable("j", [2], "int32"), ops.constant(7, [], "int32"));
    const [x, y] = lower([float, int]) as [Node, Node];
    assert.deepEqual([x.inputs[1]!.dtype, y.inputs[1]!.dtype], ["float32", "int32"]);
    assert.deepEqual([x.dtype, y.dtype], ["float32", "int32"]);
  });

  test("the same variable, but not another one with equal elements", () => {
    const of = nameVariable("v", new Variable([2], "float32", Float32Array.of(1, 2)));
    assert.equal(count(ops.variable(of, true), ops.variable(of, false)), 1);
    assert.equal(count(ops.variable(of, true), namedVariable("w", [2])), 2);
  });

  test("a variable before it was overwritten differs from the variable after", () => {
    const of = nameVariable("v", new Variable([1], "float32", Float32Array.of(1)));
    const before = ops.variable(of, false);
    of.write(Float32Array.of(2));
    const after = ops.variable(of, false);
    assert.deepEqual([ageOf(before), ageOf(after)], [1, 0]);
    assert.equal(count(before, after), 2);
    assert.equal(count(ops.exp(before), ops.exp(after)), 2);
  });

  test("but never data, because leaves with equal elements may differ in the next run", () => {
    const leaf = (): Node => ops.data(Float32Array.of(1, 2), [2], "float32");
    assert.equal(count(leaf(), leaf()), 2);
    const one = leaf();
    assert.equal(count(ops.exp(one), ops.exp(one)), 1);
  });

  test("a node that is already computed is a leaf", () => {
    const sum = ops.add(a, b);
    sum.value = Float32Array.of(1, 2, 3, 4, 5, 6);
    assert.deepEqual(lowered(ops.neg(sum)), ["neg([1, 2, 3, 4, 5, 6])"]);
  });
});

describe("unnecessary work is removed", () => {
  const zero = ops.constant(0);
  const one = ops.constant(1);
  for (const [what, node, expected] of [
    ["adding 0", ops.add(a, zero), "a"],
    ["adding to 0", ops.add(zero, a), "a"],
    ["subtracting 0", ops.sub(a, zero), "a"],
    ["but not subtracting from 0", ops.sub(zero, a), "sub(0, a)"],
    ["multiplying by 1", ops.mul(a, one), "a"],
    ["multiplying 1", ops.mul(one, a), "a"],
    ["dividing by 1", ops.div(a, one), "a"],
    ["but not dividing 1", ops.div(one, a), "div(1, a)"],
    ["but not adding 1", ops.add(a, one), "add(a, 1)"],
    ["but not if it makes the shape larger", ops.add(namedVariable("s", [1]), ops.constant(0, [3])), "add(s, 0)"],
    ["two unnecessary ops in a row", ops.mul(ops.add(a, zero), one), "a"],
    ["a reshape of a reshape", ops.reshape(ops.reshape(a, [3, 2]), [6]), "reshape[6](a)"],
    ["a reshape there and back", ops.reshape(ops.reshape(a, [3, 2]), [2, 3]), "a"],
    ["detaching", ops.detach(a), "a"],
    ["a sum over an axis of size 1", ops.sum(namedVariable("c", [2, 1]), [1]), "c"],
    ["one axis of size 1 among the axes of a sum", ops.sum(namedVariable("d", [2, 1, 3]), [1, 2]), "sum[2](d)"],
  ] as const) {
    test(what, () => assert.deepEqual(lowered(node), [expected]));
  }

  test("an integer plus 0.0 does not stay an integer", () => {
    const [sum] = lower([ops.add(namedVariable("n", [2], "int32"), zero)]);
    assert.equal(sum!.dtype, "float32");
  });

  test("an op on constants becomes a constant, rounded to float32", () => {
    const third = ops.div(ops.constant(1), ops.constant(3));
    assert.deepEqual(lowered(third), [String(Math.fround(1 / 3))]);
    assert.deepEqual(lowered(ops.mul(a, ops.sub(ops.constant(5), ops.constant(3)))), ["mul(a, 2)"]);
    const [expanded] = lower([ops.expand(ops.constant(4, [1]), [2, 3])]);
    assert.deepEqual([graphText(expanded!), expanded!.shape], ["4", [2, 3]]);
  });
});

describe("composite ops, and ops that are done in two steps", () => {
  test("a sum over the batch and other axes first adds up each image", () => {
    assert.deepEqual(lowered(ops.sum(images, [0, 2, 3])), ["sum[0](sum[2,3](images))"]);
    assert.deepEqual(lowered(ops.sum(images, [0])), ["sum[0](images)"]);
    assert.deepEqual(lowered(ops.sum(images, [2, 3])), ["sum[2,3](images)"]);
    assert.deepEqual(lowered(ops.amax(images, [0, 1])), ["amax[0](amax[1](images))"]);
  });

  test("a convolution's padding is added to its images", () => {
    const w = namedVariable("w", [5, 3, 3, 3]);
    const attrs = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 } as const;
    assert.deepEqual(lowered(ops.conv2d(images, w, attrs)), ["conv2d(pad(images), w)"]);
    assert.deepEqual(lowered(ops.conv2d(images, w, { ...attrs, padding: [0, 0] })), ["conv2d(images, w)"]);
  });

  test("the gradient of a convolution's images is a convolution with rotated kernels", () => {
    const w = namedVariable("w", [5, 3, 3, 3]);
    const attrs = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 } as const;
    const y = ops.conv2d(images, w, attrs);
    const grad = namedVariable("grad", y.shape);
    const all = gradients(y, grad);
    assert.deepEqual(lowered(all.get(images)!, all.get(w)!), [
      "conv2d(pad(grad), flip[2,3](permute[1,0,2,3](w)))",
      "conv2dWeightGradient(images, grad)",
    ]);
  });

  test("max pooling is the maximum of parts of the image, one for each position in a window", () => {
    const tiles = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1] } as const;
    const [pooled] = lower([ops.maxPool2d(images, tiles)]);
    // Each part has every second row, and every second column of those.
    assert.equal(opsOf(pooled!).filter((name) => name === "slice").length, 2 + 4);
    assert.equal(opsOf(pooled!).filter((name) => name === "maximum").length, 3);
    assert.deepEqual(pooled!.shape, [2, 3, 2, 2]);
  });

  test("no composite op is left", () => {
    const logits = ops.logSoftmax(a, 1);
    const { kind } = logits.op.lowering;
    const [root] = lower([logits]);
    assert.equal(kind, "composite");
    assert.deepEqual(
      topologicalOrder([root!]).filter(({ op }) => op.lowering.kind === "composite"),
      [],
    );
  });
});

test("lowering twice gives the same as lowering once", () => {
  const once = lower([ops.sum(ops.mul(ops.add(a, ops.constant(0)), b), [0, 1]), ops.exp(a)]);
  assert.deepEqual(lower(once), once);
});

test("the roots come back in order, even if some are equal", () => {
  assert.deepEqual(lowered(ops.exp(a), b, ops.exp(a), ops.add(a, b)), ["exp(a)", "b", "exp(a)", "add(a, b)"]);
});
