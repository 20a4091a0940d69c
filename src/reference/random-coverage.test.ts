/** Every op is drawn by a property test (src/runtime/random-*.test.ts), or there is a reason why none draws it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gradients } from "../autograd/gradients.js";
import { lower } from "../compiler/rewrites/lower.js";
import { topologicalOrder, type Node } from "../graph/node.js";
import { registry } from "../graph/op.js";
import type { Pair, Shape } from "../graph/shape.js";
import * as ops from "../ops/index.js";
import { activated, functions, poolings } from "./random-functions.js";
import { builders } from "./random-steps.js";
import { asData, asVariable, fillInput } from "./sample-inputs.js";

/** Ops that no property test draws, and why. */
const notDrawn: Readonly<Record<string, string>> = {
  unpool: "lowering makes it of a pooling's gradient, and then always makes something else of it",
};

const leaf = (shape: Shape, name: string): Node => asVariable(fillInput({ shape, range: [0.5, 2] }, name));

/** The graphs that the property tests draw from, each built once. */
function drawn(): Node[] {
  const [x, y] = [leaf([2, 3, 4], "x"), leaf([2, 3, 4], "y")];
  const [image, weights] = [leaf([1, 2, 4, 4], "image"), leaf([3, 2, 3, 3], "weights")];
  const [twos, ones, zeros] = [2, 1, 0].map((size): Pair => [size, size]) as [Pair, Pair, Pair];
  const window = { kernel: twos, stride: twos, padding: zeros, dilation: ones };
  const convolved = ops.conv2d(image, weights, { stride: ones, padding: zeros, dilation: ones, groups: 1 });
  return [
    // The numbers choose axis 1 and the type int32.
    ...Object.values(builders).flatMap((build) => build(x, y, [1, 1, 1]) ?? []),
    ...Object.values(functions).map(({ of }) => of(x, y, 1)),
    ...Object.values(poolings).map((pool) => pool(image, window)),
    // random-kernels.test.ts draws convolutions, and max pooling behind them.
    convolved,
    ops.maxPool2d(activated(convolved, leaf([1, 3, 1, 1], "gate")), window),
  ];
}

/** The ops in a graph, in its gradients, and in what the compiler makes of both. */
function opsOf(root: Node): string[] {
  const upstream = asData(fillInput(root.shape, "upstream"));
  const roots = [root, ...(root.requiresGrad ? gradients(root, upstream).values() : [])];
  return [...topologicalOrder(roots), ...topologicalOrder(lower(roots))].map(({ op }) => op.name);
}

test("every op is drawn by a property test, or has a reason", () => {
  const found = new Set(drawn().flatMap(opsOf));
  const left = [...registry.keys()].filter((name) => !found.has(name));
  const where = "draw it in random-steps.ts or random-functions.ts, or add a reason to notDrawn in this test";
  assert.deepEqual(left, Object.keys(notDrawn), where);
});
