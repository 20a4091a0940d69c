/** What the samples of normalisation do not cover: statistics at the limits of float32, and errors. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { topologicalOrder, type Node } from "../graph/node.js";
import { evaluate } from "../reference/reference.js";
import { constant, data } from "./leaf.js";
import { batchMoments, batchNorm, logSoftmax, softmax } from "./normalization.js";
import type { Value } from "../graph/op.js";

/** The value of a node, with every step rounded to float32 as in an engine. */
function inFloat32(root: Node): number[] {
  const values = new Map<Node, Value>();
  for (const node of topologicalOrder([root])) {
    const exact =
      node.value ??
      node.op.reference(
        node.inputs.map((input) => values.get(input)!),
        node.attrs,
        node,
      );
    values.set(node, { shape: node.shape, data: Float64Array.from(exact, Math.fround) });
  }
  return Array.from(values.get(root)!.data);
}

test("batchMoments does not subtract large squares", () => {
  // Two images of one channel. Each value is exact in float32, and the square of the mean is 2^40.
  const values = Float32Array.from({ length: 16 }, (_, i) => 2 ** 20 + (i % 2) + (i < 8 ? 0 : 2));
  const { mean, variance } = batchMoments(data(values, [2, 1, 2, 4], "float32"));
  for (const { shape } of [mean, variance]) assert.deepEqual(shape, [1, 1, 1, 1]);
  assert.deepEqual(inFloat32(mean), [2 ** 20 + 1.5]);
  assert.deepEqual(inFloat32(variance), [0.25 + 1]);
});

test("the reference's softmax does not overflow, however far apart the numbers are", () => {
  const x = data(Float32Array.of(0, 1000, -2000, 1000 - 2000), [2, 2], "float32");
  assert.deepEqual([...evaluate([logSoftmax(x, 1)])[0]!.data], [-1000, 0, -1000, 0]);
  assert.deepEqual([...evaluate([softmax(x, 1)])[0]!.data], [0, 1, 0, 1]);
});

test("statistics, weights and inputs of the wrong shape are refused", () => {
  const x = constant(0, [2, 3, 4, 4]);
  const statistic = constant(1, [1, 3, 1, 1]);
  assert.throws(() => batchNorm(x, constant(1, [4]), null, statistic, statistic, 1e-5), {
    name: "ShapeError",
    message: "batchNorm: [1,4,1,1] does not fit the channels of input [2,3,4,4]; expected [1,3,1,1].",
  });
  assert.throws(() => batchMoments(constant(0, [2, 3])), {
    message: "batchMoments: input [2,3] has 2 axes; expected 4: [N,C,H,W].",
  });
  assert.throws(() => softmax(x, 4), { message: /^softmax: axis 4 does not exist in a tensor with 4 axes/ });
});
