/** Images that are 0 but for one element of each window: where it lies, and what does not fit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../reference/reference.js";
import { constant, data } from "./leaf.js";
import { unpool } from "./unpool.js";

test("a window's element lies where its largest was found first, and all others are 0", () => {
  // Two windows of 2×2 side by side. The second holds its largest twice.
  const image = data(Float32Array.of(1, 2, 8, 5, 4, 3, 6, 8), [1, 1, 2, 4], "float32");
  const largest = data(Float32Array.of(4, 8), [1, 1, 1, 2], "float32");
  const gradient = data(Float32Array.of(10, 20), [1, 1, 1, 2], "float32");
  const [unpooled] = evaluate([unpool(gradient, largest, image, [2, 2])]);
  assert.deepEqual(unpooled!.shape, [1, 1, 2, 4]);
  assert.deepEqual([...unpooled!.data], [0, 0, 20, 0, 10, 0, 0, 0]);
});

test("largest elements of another shape are refused, and so is an image of another size", () => {
  const [pooled, image] = [constant(0, [1, 3, 2, 2]), constant(0, [1, 3, 4, 6])];
  const expected = "expected [1,3,2,2] and [1,3,4,6].";
  assert.throws(() => unpool(pooled, constant(0, [1, 3, 2, 3]), image, [2, 3]), {
    name: "ShapeError",
    message: `unpool: [1,3,2,3] and [1,3,4,6] do not fit [1,3,2,2]; ${expected}`,
  });
  assert.throws(() => unpool(pooled, pooled, constant(0, [1, 3, 4, 4]), [2, 3]), {
    name: "ShapeError",
    message: `unpool: [1,3,2,2] and [1,3,4,4] do not fit [1,3,2,2]; ${expected}`,
  });
});
