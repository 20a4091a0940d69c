/** Which nodes of small graphs get memory, and which are computed where they are used. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Node } from "../../graph/node.js";
import * as ops from "../../ops/index.js";
import { namedVariable } from "../../reference/graph-text.js";
import { Materialization } from "./materialization.js";

const [x, y] = [namedVariable("x", [4, 4]), namedVariable("y", [4, 4])];
const images = namedVariable("images", [2, 3, 4, 4]);
const wide = [0, 1].map((i) => namedVariable(`weights ${i}`, [5, 3, 3, 3]));
const attrs = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 } as const;

/** Whether a node is computed where these use it. */
const isInlined = (node: Node, ...outputs: readonly Node[]): boolean =>
  new Materialization(outputs, []).isInlined(node);

describe("an elementwise node is computed where it is used", () => {
  const sum = ops.add(x, y);

  test("by elementwise ops of its shape, even by several", () => {
    assert.equal(isInlined(sum, ops.neg(sum)), true);
    assert.equal(isInlined(sum, ops.neg(sum), ops.mul(sum, x)), true);
  });

  test("by reductions and paddings, by several ops only by the former", () => {
    const pad = ops.pad(sum, { before: [1, 0], after: [0, 0], interior: [0, 0], value: 0 });
    assert.equal(isInlined(sum, ops.sum(sum, [1])), true);
    assert.equal(isInlined(sum, ops.sum(sum, [0]), ops.sum(sum, [1])), true);
    assert.equal(isInlined(sum, pad), true);
    assert.equal(isInlined(sum, pad, ops.neg(sum)), false);
  });

  test("but not if its value is requested or stored", () => {
    assert.equal(isInlined(sum, ops.neg(sum), sum), false);
  });

  test("not by views, and not where it is broadcast", () => {
    const row = ops.neg(namedVariable("row", [1, 4]));
    assert.equal(isInlined(sum, ops.permute(sum, [1, 0])), false);
    assert.equal(isInlined(row, ops.add(x, row)), false);
  });

  test("but not if it is expensive and used twice", () => {
    const power = ops.exp(sum);
    assert.equal(isInlined(power, ops.neg(power)), true);
    assert.equal(isInlined(power, ops.neg(power), ops.mul(power, x)), false);
    // Twice by one op is once.
    assert.equal(isInlined(power, ops.mul(power, power)), true);
  });

  test("but not if its value is known", () => {
    const known = ops.add(x, y);
    known.value = new Float32Array(16);
    assert.equal(isInlined(known, ops.neg(known)), false);
  });
});

test("an expression of more than 64 nodes is divided", () => {
  // Each step adds a node and a variable: x, then 2, 4, … nodes more.
  const steps = [x];
  for (let i = 0; i < 40; i++) steps.push(ops.add(steps.at(-1)!, namedVariable(`v${i}`, [4, 4])));
  const plan = new Materialization([ops.neg(steps.at(-1)!)], []);
  const stored = steps.flatMap((node, i) => (i > 0 && !plan.isInlined(node) ? [i] : []));
  // Step 31 has 1 + 2 · 31 = 63 nodes; step 32 would have 65.
  assert.deepEqual(stored, [32]);
});

describe("the images of a convolution", () => {
  const relu = ops.relu(images);
  const grad = namedVariable("grad", [2, 5, 2, 2]);
  const gradient = (of: Node): Node => ops.conv2dWeightGradient(of, grad, { ...attrs, weightShape: [5, 3, 3, 3] });

  test("are computed for the convolution and again for its weights' gradient", () => {
    assert.equal(isInlined(relu, ops.conv2d(relu, wide[0]!, attrs), gradient(relu)), true);
    assert.equal(isInlined(relu, gradient(relu)), true);
  });

  test("are kept where nothing needs them later", () => {
    assert.equal(isInlined(relu, ops.conv2d(relu, wide[0]!, attrs), ops.conv2d(relu, wide[1]!, attrs)), false);
  });

  test("are kept if computing them loads two batches, or none", () => {
    const both = ops.add(images, namedVariable("others", [2, 3, 4, 4]));
    assert.equal(isInlined(both, gradient(both)), false);
    const scaled = ops.mul(images, namedVariable("scale", [1, 3, 1, 1]));
    assert.equal(isInlined(scaled, gradient(scaled)), true);
    const map = ops.neg(ops.expand(namedVariable("map", [1, 3, 4, 4]), [2, 3, 4, 4]));
    assert.equal(isInlined(map, gradient(map)), true);
    const single = ops.relu(namedVariable("single", [1, 3, 4, 4]));
    const one = ops.conv2dWeightGradient(single, namedVariable("g", [1, 5, 2, 2]), {
      ...attrs,
      weightShape: [5, 3, 3, 3],
    });
    assert.equal(isInlined(single, one), false);
  });

  test("are kept if they have one channel", () => {
    const grey = ops.relu(namedVariable("grey", [2, 1, 4, 4]));
    const one = ops.conv2dWeightGradient(grey, grad, { ...attrs, weightShape: [5, 1, 3, 3] });
    assert.equal(isInlined(grey, one), false);
  });

  test("are kept if they need an expensive function", () => {
    const sigmoid = ops.sigmoid(images);
    assert.equal(isInlined(sigmoid, gradient(sigmoid)), false);
    const after = ops.relu(ops.exp(images));
    assert.equal(isInlined(after, gradient(after)), false);
  });

  test("are images only as the first input", () => {
    const weights = ops.relu(wide[0]!);
    assert.equal(isInlined(weights, ops.conv2d(images, weights, attrs)), false);
  });
});

describe("an interleaved image is not stored if only its pixels are added up", () => {
  const parts = [0, 1, 2, 3].map((i) => namedVariable(`part ${i}`, [2, 3, 2, 2]));
  const image = ops.interleave(parts, [2, 2]);
  const isSummed = (...outputs: readonly Node[]): boolean => new Materialization(outputs, []).isSummed(image);

  test("over rows and columns", () => {
    assert.equal(isSummed(ops.sum(image, [2, 3])), true);
    assert.equal(isSummed(ops.sum(image, [1, 2, 3]), ops.sum(image, [2, 3])), true);
  });

  test("not over one of them, by another reduction, or where something else needs the image", () => {
    assert.equal(isSummed(ops.sum(image, [2])), false);
    assert.equal(isSummed(ops.sum(image, [3])), false);
    assert.equal(isSummed(ops.amax(image, [2, 3])), false);
    assert.equal(isSummed(ops.sum(image, [2, 3]), ops.neg(image)), false);
    assert.equal(isSummed(ops.sum(image, [2, 3]), image), false);
    assert.equal(isSummed(image), false);
  });

  test("nor any other node", () => {
    const plan = new Materialization([ops.sum(images, [2, 3])], []);
    assert.equal(plan.isSummed(images), false);
  });
});

test("an op lists its users, each of them once", () => {
  const sum = ops.add(x, x);
  const [a, b] = [ops.neg(sum), ops.mul(sum, sum)];
  const plan = new Materialization([a, b], []);
  assert.deepEqual(plan.usersOf(x), [sum]);
  assert.deepEqual(plan.usersOf(sum), [a, b]);
  assert.deepEqual(plan.usersOf(b), []);
});
