/** Pooling on parts of the image gives the results of the whole image, and stores nothing of the image's size. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertClose, relative } from "../../../test/closeness.js";
import { gradients } from "../../autograd/gradients.js";
import { topologicalOrder, type Node } from "../../graph/node.js";
import { evaluate } from "../../reference/reference.js";
import * as ops from "../../ops/index.js";
import { asData, asVariable, fillInput, upstream, type FilledInput } from "../../reference/sample-inputs.js";
import type { Shape } from "../../graph/shape.js";
import { WasmEngine } from "../../runtime/wasm-engine.js";
import { lower } from "./lower.js";
import { Materialization } from "../planning/materialization.js";

const engine = new WasmEngine({ threads: 2, numerics: "fast", profile: false });
const tiling = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1] } as const;
const valid = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 } as const;

const pooled = (x: Node): Node => ops.maxPool2d(x, tiling);
const input = (name: string, shape: Shape, values?: readonly number[]): FilledInput =>
  fillInput({ shape, ...(values && { values }) }, name);

/** A convolution, normalised per channel with the batch's statistics: [3,5,H,W]. */
function normalised([x, w, scale]: readonly Node[]): Node {
  const y = ops.conv2d(x!, w!, valid);
  const count = ops.constant(1 / (y.shape[0]! * y.shape[2]! * y.shape[3]!));
  const mean = ops.mul(ops.sum(y, [0, 2, 3]), count);
  return ops.mul(ops.sub(y, mean), scale!);
}

const image = input("image", [3, 2, 8, 10]);
const weights = input("weights", [5, 2, 3, 3]);
/** One scale is negative, so the maximum after scaling is not the maximum before. */
const scale = input("scale", [1, 5, 1, 1], [1, -2, 0.5, 3, -0.25]);

const cases: Record<string, { inputs: FilledInput[]; build: (inputs: readonly Node[]) => Node }> = {
  "a normalised convolution": {
    inputs: [image, weights, scale],
    build: (inputs) => pooled(ops.relu(normalised(inputs))),
  },
  "an image that is also needed as a whole": {
    inputs: [image, weights, scale],
    build: (inputs) => {
      const y = ops.relu(normalised(inputs));
      return ops.add(pooled(y), ops.sum(y, [2, 3]));
    },
  },
  "a sum of two normalised convolutions": {
    inputs: [image, weights, scale, input("other weights", [5, 2, 3, 3])],
    build: ([x, w, s, other]) => {
      const y = ops.relu(ops.add(normalised([x!, w!, s!]), normalised([x!, other!, s!])));
      return ops.maxPool2d(y, { ...tiling, kernel: [3, 2], stride: [3, 2] });
    },
  },
  "quotients, negation and another image": {
    inputs: [image, weights, scale],
    build: ([x, w, s]) => {
      const y = ops.conv2d(x!, w!, valid);
      return pooled(ops.neg(ops.div(ops.mul(y, ops.detach(ops.sigmoid(y))), s!)));
    },
  },
  "a window of one position, on a map of one pixel": {
    inputs: [input("pixel", [2, 3, 1, 1])],
    build: ([x]) => ops.maxPool2d(ops.relu(x!), { ...tiling, kernel: [1, 1], stride: [1, 1] }),
  },
  "a large window": {
    inputs: [image, weights, scale],
    build: (inputs) => ops.maxPool2d(ops.relu(normalised(inputs)), { ...tiling, kernel: [6, 8], stride: [6, 8] }),
  },
  "a convolution with a bias": {
    inputs: [image, weights, scale],
    build: ([x, w, b]) => pooled(ops.relu(ops.add(ops.conv2d(x!, w!, valid), b!))),
  },
  "two poolings, the second with a remainder": {
    inputs: [image, weights, scale],
    build: (inputs) => pooled(ops.relu(pooled(normalised(inputs)))),
  },
  "a map that differs from pixel to pixel": {
    inputs: [input("images", [2, 3, 4, 6]), input("map", [1, 1, 4, 6])],
    build: ([x, map]) => pooled(ops.mul(x!, map!)),
  },
  "equal values": {
    inputs: [input("ties", [1, 1, 4, 4], [1, 1, 0, 0, 1, 2, 0, 0, -1, -3, -5, -5, -1, -2, -5, -5])],
    build: ([x]) => pooled(ops.relu(x!)),
  },
};

for (const [name, { inputs, build }] of Object.entries(cases)) {
  test(`${name}: equals the reference`, () => {
    const leaves = inputs.map(asVariable);
    const result = build(leaves);
    const all = gradients(result, asData(upstream(name, result.shape)));
    const nodes = [result, ...leaves.map((leaf) => all.get(leaf)!)];
    const expected = evaluate(nodes);
    engine
      .prepare(nodes, [])()
      .forEach((actual, k) => assertClose(actual, expected[k]!.data, relative(2e-5, 1), `result ${k}`));
  });
}

test("between a convolution and a pooling, only the convolution's output and its gradient are stored whole", () => {
  const leaves = [image, weights, scale].map(asVariable);
  const loss = ops.sum(pooled(ops.relu(normalised(leaves))), [0, 1, 2, 3]);
  const all = gradients(loss, ops.constant(1, loss.shape));
  const outputs = lower(leaves.map((leaf) => all.get(leaf)!));
  const plan = new Materialization(outputs, []);
  const isStored = (node: Node): boolean =>
    node.op.lowering.kind !== "view" && !plan.isInlined(node) && !plan.isSummed(node);
  const whole = topologicalOrder(outputs).filter((node) => node.shape.join() === "3,5,6,8" && isStored(node));
  assert.deepEqual(whole.map((node) => node.op.name).sort(), ["conv2d", "interleave"]);
});

test("a sum of a pooling's gradient adds up windows, not all pixels", () => {
  const leaves = [image, weights, scale].map(asVariable);
  const loss = ops.sum(pooled(ops.relu(normalised(leaves))), [0, 1, 2, 3]);
  const all = gradients(loss, ops.constant(1, loss.shape));
  const order = topologicalOrder(lower(leaves.map((leaf) => all.get(leaf)!)));
  const overPixels = order.filter((node) => ops.sum.is(node) && node.inputs[0]!.shape.join() === "3,5,6,8");
  assert.deepEqual(
    overPixels.map((node) => node.inputs[0]!.op.name),
    ["conv2d"],
  );
});
