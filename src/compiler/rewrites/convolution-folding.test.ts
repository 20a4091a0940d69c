/** What is folded into a convolution, written as expressions. Channels have the shape [1,O,1,1] with O = 2. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Node } from "../../graph/node.js";
import * as ops from "../../ops/index.js";
import { graphText, namedVariable } from "../../reference/graph-text.js";
import { foldIntoConvolutions } from "./convolution-folding.js";

const attrs = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 } as const;
const image = ops.data(Float32Array.of(7), [1, 1, 1, 1], "float32");
const w = namedVariable("w", [2, 1, 1, 1]);
const scale = namedVariable("scale", [1, 2, 1, 1]);
const shift = namedVariable("shift", [1, 2, 1, 1]);
const convolved = ops.conv2d(image, w, attrs);

const folded = (...roots: readonly Node[]): string[] => foldIntoConvolutions(roots).map(graphText);

/** A channel's factor, reshaped for the weights. */
const perKernel = (channel: string): string => `reshape[2,1,1,1](${channel})`;

describe("operations on channels are applied to the weights and the bias", () => {
  test("a factor scales the weights", () => {
    const scaled = `conv2d([7], mul(w, ${perKernel("scale")}))`;
    assert.deepEqual(folded(ops.mul(convolved, scale)), [scaled]);
    assert.deepEqual(folded(ops.mul(scale, convolved)), [scaled]);
  });

  test("a summand becomes the bias", () => {
    const biased = "add(conv2d([7], w), shift)";
    assert.deepEqual(folded(ops.add(convolved, shift)), [biased]);
    assert.deepEqual(folded(ops.add(shift, convolved)), [biased]);
  });

  test("a subtrahend becomes a negative bias; a subtracted convolution is left alone", () => {
    assert.deepEqual(folded(ops.sub(convolved, shift)), ["add(conv2d([7], w), neg(shift))"]);
    assert.deepEqual(folded(ops.sub(shift, convolved)), ["sub(shift, conv2d([7], w))"]);
  });

  test("an existing bias is added to, subtracted from and scaled", () => {
    const b = namedVariable("b", [1, 2, 1, 1]);
    const biased = (): Node => ops.add(ops.conv2d(image, w, attrs), b);
    assert.deepEqual(folded(ops.add(biased(), shift)), ["add(conv2d([7], w), add(b, shift))"]);
    assert.deepEqual(folded(ops.sub(biased(), shift)), ["add(conv2d([7], w), sub(b, shift))"]);
    assert.deepEqual(folded(ops.mul(biased(), scale)), [
      `add(conv2d([7], mul(w, ${perKernel("scale")})), mul(b, scale))`,
    ]);
  });

  test("batch norm in evaluation leaves one convolution and one bias", () => {
    const mean = namedVariable("mean", [1, 2, 1, 1]);
    const normalised = ops.add(ops.mul(ops.sub(convolved, mean), scale), shift);
    assert.deepEqual(folded(normalised), [
      `add(conv2d([7], mul(w, ${perKernel("scale")})), add(mul(neg(mean), scale), shift))`,
    ]);
  });

  test("a single number is expanded to all channels", () => {
    const [sum] = foldIntoConvolutions([ops.add(convolved, namedVariable("s", []))]);
    assert.equal(graphText(sum!), "add(conv2d([7], w), expand[1,2,1,1](reshape[1,1,1,1](s)))");
  });

  test("a list of channels needs no leading axes", () => {
    assert.deepEqual(folded(ops.add(convolved, namedVariable("list", [2, 1, 1]))), [
      "add(conv2d([7], w), reshape[1,2,1,1](list))",
    ]);
  });
});

describe("everything else stays as it is", () => {
  const unchanged: Readonly<Record<string, Node>> = {
    "numbers that come from data": ops.mul(convolved, ops.data(Float32Array.of(1, 2), [1, 2, 1, 1], "float32")),
    "weights that come from data": ops.mul(
      ops.conv2d(image, ops.data(Float32Array.of(1, 2), [2, 1, 1, 1], "float32"), attrs),
      scale,
    ),
    "numbers of each image or pixel": ops.mul(convolved, namedVariable("map", [1, 1, 1, 2])),
    "an operand that makes the batch larger": ops.mul(convolved, namedVariable("images", [3, 2, 1, 1])),
    "another op": ops.maximum(convolved, scale),
    "an operand that is another convolution": ops.relu(convolved),
  };
  for (const [what, node] of Object.entries(unchanged)) {
    test(what, () => assert.deepEqual(folded(node), [graphText(node)]));
  }

  test("a convolution whose own result is needed, or that is used twice", () => {
    const asked = [ops.mul(convolved, scale), convolved];
    assert.deepEqual(folded(...asked), asked.map(graphText));
    const twice = [ops.mul(convolved, scale), ops.add(convolved, shift)];
    assert.deepEqual(folded(...twice), twice.map(graphText));
  });

  test("a convolution that has already been computed", () => {
    const known = ops.conv2d(image, w, attrs);
    known.value = Float32Array.of(3, 4);
    assert.deepEqual(folded(ops.mul(known, scale)), ["mul([3, 4], scale)"]);
    const scaled = ops.mul(convolved, scale);
    scaled.value = Float32Array.of(5, 6);
    assert.deepEqual(folded(ops.add(scaled, shift)), ["add([5, 6], shift)"]);
    // Nor if its weights are still needed for something else.
    assert.deepEqual(folded(ops.neg(w), ops.mul(known, scale)), ["neg(w)", "mul([3, 4], scale)"]);
  });
});

test("ops after a folded convolution use the new one", () => {
  const [root] = folded(ops.relu(ops.mul(convolved, scale)));
  assert.equal(root, `relu(conv2d([7], mul(w, ${perKernel("scale")})))`);
});

test("strides and other attributes stay the same", () => {
  const wide = ops.data(new Float32Array(64), [1, 1, 8, 8], "float32");
  const geometry = { stride: [2, 1], padding: [1, 0], dilation: [1, 3], groups: 1 } as const;
  const conv = ops.conv2d(wide, namedVariable("w", [2, 1, 3, 3]), geometry);
  const [sum] = foldIntoConvolutions([ops.add(conv, shift)]);
  assert.deepEqual(sum!.inputs[0]!.attrs, conv.attrs);
  assert.deepEqual(sum!.shape, [1, 2, 4, 2]);
});
