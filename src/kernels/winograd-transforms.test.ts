/** How images are cut into tiles, and which convolutions use Winograd's kernels. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fewestProducts, large, matrixStride, small, suitsWinograd, tilingOf } from "./winograd-transforms.js";

test("two schemes: tiles of 4×4 outputs from 6×6 inputs, and of 6×6 from 8×8", () => {
  assert.deepEqual([small.tile, small.patch, small.products], [4, 6, 36]);
  assert.deepEqual([large.tile, large.patch, large.products], [6, 8, 64]);
});

describe("an image is cut into tiles, and these into strips of whole rows", () => {
  test("all in one strip, if it has few tiles", () => {
    assert.deepEqual(tilingOf(small, 8, 12), { columns: 3, rows: 2, rowsPerStrip: 2 });
  });

  test("the last tile may extend over the edge", () => {
    assert.deepEqual(tilingOf(small, 9, 13), { columns: 4, rows: 3, rowsPerStrip: 3 });
  });

  test("at most 12 small tiles per strip, unless a row has more", () => {
    // 7 × 7 tiles would need ⌈49 / 12⌉ = 5 strips: two rows each.
    assert.deepEqual(tilingOf(small, 26, 26), { columns: 7, rows: 7, rowsPerStrip: 2 });
  });

  test("a strip has at least one row", () => {
    assert.deepEqual(tilingOf(small, 8, 80), { columns: 20, rows: 2, rowsPerStrip: 1 });
  });

  test("at most four large tiles per strip", () => {
    assert.deepEqual(tilingOf(large, 24, 12), { columns: 2, rows: 4, rowsPerStrip: 2 });
  });
});

test("matrices lie an odd number of cache lines apart", () => {
  assert.deepEqual(
    [matrixStride(1, 4), matrixStride(1, 16), matrixStride(2, 16), matrixStride(3, 16), matrixStride(8, 8)],
    [16, 16, 48, 48, 80],
  );
});

describe("which convolutions suit", () => {
  const geometry = { kernel: [3, 3], stride: [1, 1], dilation: [1, 1] } as const;
  const [x, y] = [
    [2, 8, 6, 6],
    [2, 8, 4, 4],
  ];

  test("3×3 without stride or dilation, of eight channels, to eight of 4×4", () => {
    assert.equal(suitsWinograd(geometry, x, y), true);
  });

  const others: Readonly<Record<string, readonly [object, readonly number[], readonly number[]]>> = {
    "other kernels": [{ kernel: [3, 1] }, x, y],
    strides: [{ stride: [1, 2] }, x, y],
    dilation: [{ dilation: [2, 1] }, x, y],
    "fewer input channels": [{}, [2, 7, 6, 6], y],
    "fewer output channels": [{}, x, [2, 7, 4, 4]],
    "fewer rows": [{}, x, [2, 8, 3, 4]],
    "fewer columns": [{}, x, [2, 8, 4, 3]],
  };
  for (const [what, [changes, from, to]] of Object.entries(others)) {
    test(`not with ${what}`, () => assert.equal(suitsWinograd({ ...geometry, ...changes }, from, to), false));
  }
});

test("the large scheme is used if it needs fewer products", () => {
  // 12×12: 2·2·64 = 256 products, against 3·3·36 = 324.
  assert.equal(fewestProducts(12, 12), large);
  // 8×8: 2·2·64 = 256, against 2·2·36 = 144.
  assert.equal(fewestProducts(8, 8), small);
  // 6×6: 64, against 2·2·36 = 144; but a row less leaves no whole tile.
  assert.equal(fewestProducts(6, 6), large);
  assert.equal(fewestProducts(5, 6), small);
  assert.equal(fewestProducts(6, 5), small);
  // 16×16: 3·3·64 = 576 both ways, 4·4·36 = 576: the small one rounds better.
  assert.equal(fewestProducts(16, 16), small);
});
