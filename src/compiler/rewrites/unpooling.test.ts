/**
 * What is done with an unpooled image: an image of zeros with one element of each window. What keeps the zeros is done
 * with those elements alone; anything else is done with the parts of the image. Either way the numbers are the same.
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

/** Two images of 4×6 pixels in three channels; six windows each. */
const source = input("source", 2, 3, 4, 6);
const chosen = lower([ops.maxPool2d(source, { kernel, stride: kernel, padding: [0, 0], dilation: [1, 1] })])[0]!;
const g = input("gradient", 2, 3, 2, 3);
const image = ops.unpool(g, chosen, source, kernel);
/** The same places, with other numbers. */
const sibling = ops.unpool(input("other gradient", 2, 3, 2, 3), chosen, source, kernel);
/** Other places. */
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
  "a product with a number for each channel": [ops.mul(image, channels), "elements"],
  "a quotient": [ops.div(image, channels), "elements"],
  "a choice of it where a mask is set, and 0 elsewhere": [ops.where(ops.gt(whole, zero), image, zero), "elements"],
  "a choice of 0 where a mask is set": [ops.where(ops.gt(whole, zero), zero, image), "elements"],
  "a choice of two with the same places": [ops.where(ops.gt(whole, zero), image, sibling), "elements"],
  "a product with the source": [ops.mul(image, source), "elements"],
  "a product with what is computed from several images": [
    ops.mul(image, ops.relu(ops.add(ops.mul(source, channels), whole))),
    "elements",
  ],
  "a product with what is expensive to compute": [ops.mul(image, ops.exp(whole)), "elements"],
  "a product with one that has other places": [ops.mul(image, stranger), "elements"],
  "a product with a map that is the same for all channels": [ops.mul(image, ops.expand(map, [2, 3, 4, 6])), "elements"],

  "a sum with a whole image": [ops.add(image, whole), "parts"],
  "a sum with a number for each channel": [ops.add(image, channels), "parts"],
  "a number divided by it": [ops.div(channels, ops.add(image, ops.constant(3))), "parts"],
  "a choice of it or of a whole image": [ops.where(ops.gt(whole, zero), image, whole), "parts"],
  "a choice of it or of 1": [ops.where(ops.gt(whole, zero), image, ops.constant(1)), "parts"],
  "a choice of it or of one that has other places": [ops.where(ops.gt(whole, zero), image, stranger), "parts"],
  "an exponential": [ops.exp(image), "parts"],

  "a product with a map of pixels that is broadcast": [ops.mul(image, map), "pixels"],
};

for (const [what, [node, expected]] of Object.entries(cases)) {
  test(`${what}: ${expected} are added up`, () => {
    assert.equal(addedUp(node), expected);
    // 0 and −0 are the same here.
    const [before, after] = evaluate([node, ...lower([node])]).map(({ data }) => data.map((x) => x + 0));
    assert.deepEqual(after, before);
  });
}

test("what follows from the source is computed of the elements; another image is looked up pixel by pixel", () => {
  const lookups = (other: Node): number => {
    const [sum] = lower([ops.sum(ops.mul(image, other), [2, 3])]);
    return topologicalOrder([sum!]).filter(ops.where.is).length;
  };
  assert.equal(lookups(source), 0);
  assert.equal(lookups(ops.relu(ops.mul(ops.sub(source, channels), channels))), 0);
  // Of four places of a window the last is what remains.
  assert.equal(lookups(whole), 3);
});

test("a sum over all pixels is that of the elements; one over rows or columns alone is not", () => {
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
  /** Where the elements of the gradient come from. */
  const sourceOf = (x: Node): Node => {
    const root = rewrites(ops.maxPool2dGradient(x, g, tiles))!;
    assert.equal(root.op.name, "unpool");
    return root.inputs[2]!;
  };

  test("looks for the largest in the image in memory from which the pooled one is computed", () => {
    assert.equal(sourceOf(source), source);
    assert.equal(sourceOf(ops.relu(source)), source);
    assert.equal(sourceOf(ops.relu(ops.mul(ops.sub(source, channels), channels))), source);
    assert.equal(sourceOf(ops.mul(source, ops.relu(source))), source);
  });

  test("looks in the pooled one itself where it comes from several, or from one of another shape", () => {
    assert.equal(sourceOf(ops.add(source, whole)).op.name, "add");
    assert.equal(sourceOf(ops.add(source, map)).op.name, "add");
  });

  test("of windows that leave nothing out is an unpooled image; of others it has a kernel of its own", () => {
    const wide = input("wide", 1, 1, 4, 5);
    assert.equal(rewrites(ops.maxPool2dGradient(wide, input("g", 1, 1, 2, 2), tiles)), undefined);
  });
});
