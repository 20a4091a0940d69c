/** Borders along every axis of an image, each with a unique value: all of the border must be filled. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gradients } from "../autograd/gradients.js";
import { sizeOf } from "../graph/shape.js";
import * as ops from "../ops/index.js";
import { evaluate } from "../reference/reference.js";
import { asVariable } from "../reference/sample-inputs.js";
import { WasmEngine } from "../runtime/wasm-engine.js";

const engine = new WasmEngine({ threads: 1, numerics: "fast", profile: false });
const shape = [2, 3, 2, 2];
const images = asVariable({
  shape,
  dtype: "float32",
  values: Float32Array.from({ length: sizeOf(shape) }, (_, i) => i),
});

for (const [what, before, after] of [
  ["images before and after", [1, 0, 0, 0], [2, 0, 0, 0]],
  ["channels before", [0, 2, 0, 0], [0, 0, 0, 0]],
  ["channels after", [0, 0, 0, 0], [0, 2, 0, 0]],
  ["rows and columns", [0, 0, 1, 2], [0, 0, 2, 1]],
  ["everything", [1, 1, 1, 1], [1, 2, 1, 1]],
] as const) {
  test(`a border of ${what}`, () => {
    const padded = ops.pad(images, { before, after, interior: [0, 0, 0, 0], value: -7 });
    assert.deepEqual([...engine.prepare([padded], [])()[0]!], [...evaluate([padded])[0]!.data]);
  });
}

test("the gradient of some of an image's channels is 0 for the others, whatever lay in that memory before", () => {
  const dirty = ops.exp(ops.add(images, ops.constant(1)));
  const part = ops.sliceAxis(images, 1, 1, 2);
  const seed = ops.constant(5, part.shape);
  engine.prepare([dirty, ops.neg(dirty)], [])();
  const gradient = gradients(ops.relu(part), seed).get(images)!;
  const expected = Array.from({ length: sizeOf(shape) }, (_, i) => (Math.floor(i / 4) % 3 === 1 ? 5 : 0));
  assert.deepEqual([...engine.prepare([gradient], [])()[0]!], expected);
});
