/** Tests padding and cropping on a plane of two rows and three columns. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node } from "../../graph/node.js";
import * as ops from "../../ops/index.js";
import { evaluate } from "../../reference/reference.js";
import { cropImage, padImage } from "./image-padding.js";

/** [1,1,2,3] */
const image = ops.data(Float32Array.of(1, 2, 3, 4, 5, 6), [1, 1, 2, 3], "float32");

/** The rows of the only plane. */
function rowsOf(node: Node): number[][] {
  const { data } = evaluate([node])[0]!;
  const [, , height, width] = node.shape as [number, number, number, number];
  return Array.from({ length: height }, (_, row) => [...data.slice(row * width, (row + 1) * width)]);
}

test("pads rows above and below, and columns left and right", () => {
  assert.deepEqual(rowsOf(padImage(image, [1, 0], [0, 2], [0, 0], 9)), [
    [9, 9, 9, 9, 9],
    [1, 2, 3, 9, 9],
    [4, 5, 6, 9, 9],
  ]);
});

test("spreads the pixels", () => {
  assert.deepEqual(rowsOf(padImage(image, [0, 0], [0, 0], [1, 2], 0)), [
    [1, 0, 0, 2, 0, 0, 3],
    [0, 0, 0, 0, 0, 0, 0],
    [4, 0, 0, 5, 0, 0, 6],
  ]);
});

test("negative amounts crop: before, after, and together with padding", () => {
  assert.deepEqual(rowsOf(padImage(image, [0, -1], [0, 0], [0, 0], 0)), [
    [2, 3],
    [5, 6],
  ]);
  assert.deepEqual(rowsOf(padImage(image, [0, 0], [-1, -2], [0, 0], 0)), [[1]]);
  assert.deepEqual(rowsOf(padImage(image, [-1, 1], [1, -1], [0, 0], 0)), [
    [0, 4, 5],
    [0, 0, 0],
  ]);
});

test("cropping returns a part of the given size", () => {
  assert.deepEqual(rowsOf(cropImage(image, [0, 1], [2, 1])), [[2], [5]]);
  assert.deepEqual(rowsOf(cropImage(image, [1, 0], [1, 2])), [[4, 5]]);
  assert.deepEqual(rowsOf(cropImage(image, [0, 0], [2, 3])), [
    [1, 2, 3],
    [4, 5, 6],
  ]);
});
