/**
 * Ops on an unpooled image, which is 0 except for one element in each window. Ops that keep the zeros are applied only
 * to those elements, and all others to the parts of the image. The results are the same either way.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { absolute, assertClose } from "../../../test/closeness.js";
import { topologicalOrder, type Node } from "../../graph/node.js";
import * as ops from "../../ops/index.js";
import { evaluate } from "../../reference/reference.js";
import { asVariable, fillInput } from "../../reference/sample-inputs.js";
import { lower } from "./lower.js";
import { rewrites } from "./rewrites.js";

const kernel = [2, 2] as const;
const input = (name: string, ...shape: number[]): Node => asVariable(fillInput({ shape }, name));

/** Two images of 4×6 pixels with three channels, and six windows each. */
const source = input("source", 2, 3, 4, 6);
const chosen = lower([ops.maxPool2d(source, { kernel, stride: kernel, padding: [0, 0], dilation: [1, 1] })])[0]!;
const g = input("gradient", 2, 3, 2, 3);
const image = ops.unpool(g, chosen, source, kernel);
/** The same positions, with other numbers. */
const sibling = ops.unpool(input("other gradient", 2, 3, 2, 3), chosen, source, kernel);
/** Other positions. */
const stranger = ops.unpool(g, input("nothing", 2, 3, 2, 3), source, kernel);
const whole = input("whole", 2, 3, 4, 6);
const channels = input("channels", 1, 3, 1, 1);
const map = input("map", 1, 1, 4, 6);
const zero = ops.constant(0);

/** What a sum over the pixels of a node adds up. */
function addedUp(node: Node): "elements" | "parts" | "pixels" {
  const [sum] = lower([ops.sum(node, [2, 3])]);
  const [{ op, shape }] = sum!.inputs as [Node];
  if (op.name === "interleave") return "parts";
  return shape[2] === 2 ? "elements" : "pixels";
}

const cases: Readonly<Record<string, readonly [Node, ReturnType<typeof addedUp>]>> = {
  "a negative": [ops.neg(image), "elements"],
  "a product with a whole image": [ops.mul(image, whole), "elements"],
  "a product of a whole image": [ops.mul(whole, image), "elements"],
  "a product with one number per channel": [ops.mul(image, channels), "elements"],
  "a quotient": [ops.div(image, channels), "elements"],
  "a selection of it where a mask is set, and of 0 elsewhere": [
    ops.where(ops.gt(whole, zero), image, zero),
    "elements",
  ],
  "a selection of 0 where a mask is set": [ops.where(ops.gt(whole, zero), zero, image), "elements"],
  "a selection between two with the same positions": [ops.where(ops.gt(whole, zero), image, sibling), "elements"],
  "a product with the source": [ops.mul(image, source), "elements"],
  "a product with a result of several images": [
    ops.mul(image, ops.relu(ops.add(ops.mul(source, channels), whole))),
    "elements",
  ],
  "a product with an expensive result": [ops.mul(image, ops.exp(whole)), "elements"],
  "a product with one that has other positions": [ops.mul(image, stranger), "elements"],
  "a product with a map that is the same for all channels": [ops.mul(image, ops.expand(map, [2, 3, 4, 6])), "elements"],

  "a sum with a whole image": [ops.add(image, whole), "parts"],
  "a sum with one number per channel": [ops.add(image, channels), "parts"],
  "a number divided by it": [ops.div(channels, ops.add(image, ops.constant(3))), "parts"],
  "a selection between it and a whole image": [ops.where(ops.gt(whole, zero), image, whole), "parts"],
  "a selection between it and 1": [ops.where(ops.gt(whole, zero), image, ops.constant(1)), "parts"],
  "a selection between it and one with other positions": [ops.where(ops.gt(whole, zero), image, stranger), "parts"],
  "an exponential": [ops.exp(image), "parts"],

  "a product with a map of pixels that is broadcast": [ops.mul(image, map), "pixels"],
};

for (const [what, [node, expected]] of Object.entries(cases)) {
  test(`${what}: ${expected} are added up`, () => {
    assert.equal(addedUp(node), expected);
    // 0 and −0 count as equal here.
    const [before, after] = evaluate([node, ...lower([node])]).map(({ data }) => data.map((x) => x + 0));
    assert.deepEqual(after, before);
  });
}

test("results of the source are computed from the elements; other images are looked up pixel by pixel", () => {
  const lookups = (other: Node): number => {
    const [sum] = lower([ops.sum(ops.mul(image, other), [2, 3])]);
    return topologicalOrder([sum!]).filter(ops.where.is).length;
  };
  assert.equal(lookups(source), 0);
  assert.equal(lookups(ops.relu(ops.mul(ops.sub(source, channels), channels))), 0);
  // The last of the four positions in a window is what remains.
  assert.equal(lookups(whole), 3);
});

test("a sum over all pixels is the sum of the elements; a sum over only rows or columns is not", () => {
  const shapeOf = (axes: readonly number[]): string => lower([ops.sum(image, axes)])[0]!.inputs[0]!.shape.join("×");
  assert.equal(shapeOf([2, 3]), "2×3×2×3");
  assert.equal(shapeOf([1, 2, 3]), "2×3×2×3");
  for (const axes of [[1], [2], [3], [1, 2]]) assert.equal(shapeOf(axes), "2×3×4×6");
  const node = ops.sum(image, [1, 2, 3]);
  const [before, after] = evaluate([node, ...lower([node])]);
  assertClose(after!.data, before!.data, absolute(1e-12));
});

describe("the gradient of a pooling", () => {
  const tiles = { kernel, stride: kernel, padding: [0, 0], dilation: [1, 1] } as const;
  /** The image in which the largest element of each window is sought. */
  const sourceOf = (x: Node): Node => {
    const root = rewrites(ops.maxPool2dGradient(x, g, tiles))!;
    assert.equal(root.op.name, "unpool");
    return root.inputs[2]!;
  };

  test("searches for the largest element in the stored image from which the pooled one is computed", () => {
    assert.equal(sourceOf(source), source);
    assert.equal(sourceOf(ops.relu(source)), source);
    assert.equal(sourceOf(ops.relu(ops.mul(ops.sub(source, channels), channels))), source);
    assert.equal(sourceOf(ops.mul(source, ops.relu(source))), source);
  });

  test("searches in the pooled image itself if it comes from several images, or from one of another shape", () => {
    assert.equal(sourceOf(ops.add(source, whole)).op.name, "add");
    assert.equal(sourceOf(ops.add(source, map)).op.name, "add");
  });

  test("is an unpooled image if the windows cover everything; otherwise it has its own kernel", () => {
    const wide = input("wide", 1, 1, 4, 5);
    assert.equal(rewrites(ops.maxPool2dGradient(wide, input("g", 1, 1, 2, 2), tiles)), undefined);
  });
});
