/** What the samples of pooling do not cover: ties, NaN, empty windows, and gradients of the wrong shape. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertClose } from "../../test/closeness.js";
import { lower } from "../compiler/rewrites/lower.js";
import { ShapeError } from "../errors/errors.js";
import { topologicalOrder } from "../graph/node.js";
import { evaluate } from "../reference/reference.js";
import { asVariable, fillInput } from "../reference/sample-inputs.js";
import { constant, data } from "./leaf.js";
import { avgPool2d, avgPool2dGradient, maxPool2d, maxPool2dGradient, type MaxPoolAttrs } from "./pooling.js";

const halved: MaxPoolAttrs = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1] };

function image(rows: number[][]) {
  return data(Float32Array.from(rows.flat()), [1, 1, rows.length, rows[0]!.length], "float32");
}

function values(node: Parameters<typeof evaluate>[0][number]): number[] {
  return Array.from(evaluate([node])[0]!.data);
}

test("if elements are equal, the first in row-major order gets the gradient, as in PyTorch", () => {
  // Windows of only zeros are common after a ReLU.
  const x = image([
    [0, 0, 1, 5],
    [0, 0, 5, 5],
  ]);
  const g = data(Float32Array.of(3, 7), [1, 1, 1, 2], "float32");
  assert.deepEqual(values(maxPool2dGradient(x, g, halved)), [3, 0, 0, 7, 0, 0, 0, 0]);
});

test("the gradients of overlapping windows add up at a shared maximum", () => {
  const x = image([[1, 9, 2]]);
  const attrs: MaxPoolAttrs = { ...halved, kernel: [1, 2], stride: [1, 1] };
  const g = data(Float32Array.of(3, 4), [1, 1, 1, 2], "float32");
  assert.deepEqual(values(maxPool2dGradient(x, g, attrs)), [0, 7, 0]);
});

test("if a window contains NaN, its maximum is NaN", () => {
  const x = image([
    [1, NaN],
    [2, 3],
  ]);
  assert.deepEqual(values(maxPool2d(x, halved)), [NaN]);
});

test("the maximum of a window of −∞ is −∞, and its first element gets the gradient", () => {
  const x = image([[-Infinity, -Infinity]]);
  const attrs: MaxPoolAttrs = { ...halved, kernel: [1, 2] };
  assert.deepEqual(values(maxPool2d(x, attrs)), [-Infinity]);
  assert.deepEqual(values(maxPool2dGradient(x, constant(1, [1, 1, 1, 1]), attrs)), [1, 0]);
});

test("a dilated window that sees only padding gives −∞ and no gradient", () => {
  const attrs: MaxPoolAttrs = { kernel: [1, 2], stride: [1, 1], padding: [0, 1], dilation: [1, 2] };
  const x = image([[4]]);
  assert.deepEqual(values(maxPool2d(x, attrs)), [-Infinity]);
  assert.deepEqual(values(maxPool2dGradient(x, constant(1, [1, 1, 1, 1]), attrs)), [0]);
});

test("a gradient of the wrong shape is refused", () => {
  const x = constant(0, [2, 3, 4, 4]);
  assert.throws(() => maxPool2dGradient(x, constant(1, [2, 3, 2, 3]), halved), {
    name: "ShapeError",
    message: "maxPool2dGradient: a gradient of shape [2,3,2,3] does not fit input [2,3,4,4]; expected [2,3,2,2].",
  });
  const attrs = { ...halved, countIncludePad: true, inputShape: [2, 3, 4, 4] };
  assert.throws(() => avgPool2dGradient(constant(1, [2, 3, 4, 4]), attrs), ShapeError);
});

/** Each window's rows and columns, and the distance between windows. */
const large = [
  { kernel: [70, 3], stride: [5, 2], padding: [0, 0] },
  { kernel: [9, 11], stride: [1, 3], padding: [4, 2] },
  { kernel: [20, 20], stride: [20, 20], padding: [0, 0] },
] as const;

for (const attrs of large) {
  test(`windows of ${attrs.kernel.join("×")} pixels give what small ones give, from short expressions`, () => {
    const shape = [2, 3, 73, 40];
    const x = asVariable(fillInput({ shape }, "image"));
    const few = fillInput({ shape, range: [-2, 2], dtype: "int32" }, "equal elements");
    const ties = asVariable({ ...few, values: Float32Array.from(few.values), dtype: "float32" });
    const max: MaxPoolAttrs = { ...attrs, dilation: [1, 1] };
    const pooled = maxPool2d(ties, max);
    const g = asVariable(fillInput({ shape: pooled.shape }, "gradient"));
    const means = [true, false].flatMap((countIncludePad) => [
      avgPool2d(x, { ...attrs, countIncludePad }),
      avgPool2dGradient(g, { ...attrs, countIncludePad, inputShape: shape }),
    ]);
    for (const node of [pooled, maxPool2dGradient(ties, g, max), ...means]) {
      const lowered = lower([node])[0]!;
      assertClose(evaluate([lowered])[0]!.data, evaluate([node])[0]!.data, absolute(1e-6), node.op.name);
      assert.ok(topologicalOrder([lowered]).length < 300, node.op.name);
    }
  });
}
