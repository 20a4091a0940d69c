/** The layouts of tensors: literal strides and sizes, in elements of 4 bytes. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  broadcastView,
  Buffer,
  denseInOrder,
  denseView,
  padToVector,
  paddedImages,
  paddedRows,
  type BufferView,
} from "./views.js";

/** What a view says, without the buffer's number. */
function layoutOf({ buffer, shape, strides, offset, padded }: BufferView): object {
  return { elements: buffer.elements, shape, strides, offset, padded };
}

test("a vector has four elements", () => {
  assert.deepEqual([0, 1, 3, 4, 5, 8].map(padToVector), [0, 4, 4, 4, 8, 8]);
});

describe("rows padded to whole vectors", () => {
  test("a matrix of three columns has a row every four elements", () => {
    const view = paddedRows("matrix", [2, 3], "float32");
    assert.deepEqual(layoutOf(view), { elements: 8, shape: [2, 3], strides: [4, 1], offset: 0, padded: true });
    assert.deepEqual([view.buffer.name, view.buffer.dtype, view.buffer.place], ["matrix", "float32", undefined]);
  });

  test("only the innermost axis is padded", () => {
    assert.deepEqual(paddedRows("cube", [2, 5, 6], "float32").strides, [40, 8, 1]);
    assert.equal(paddedRows("cube", [2, 5, 6], "float32").buffer.elements, 80);
  });

  test("axes of size 1 do not count as innermost: the one before them is padded", () => {
    const { strides, buffer } = paddedRows("column", [2, 3, 1], "float32");
    assert.deepEqual([strides, buffer.elements], [[4, 1, 1], 8]);
  });

  test("a scalar gets a whole vector", () => {
    const { strides, buffer } = paddedRows("scalar", [], "int32");
    assert.deepEqual([strides, buffer.elements, buffer.dtype], [[], 4, "int32"]);
  });
});

test("images are stored channels last, with the channels of a pixel padded to whole vectors", () => {
  // A pixel has 4 elements, a row of 5 pixels 20, an image of 3 rows 60.
  assert.deepEqual(layoutOf(paddedImages("images", [2, 3, 3, 5], "float32")), {
    elements: 120,
    shape: [2, 3, 3, 5],
    strides: [60, 1, 20, 4],
    offset: 0,
    padded: true,
  });
  assert.deepEqual(paddedImages("images", [1, 8, 2, 2], "float32").strides, [32, 1, 16, 8]);
});

test("dense axes in the usual order, or in another", () => {
  const expected = { elements: 24, shape: [2, 3, 4], offset: 0, padded: false };
  assert.deepEqual(layoutOf(denseInOrder("t", [2, 3, 4], "float32")), { ...expected, strides: [12, 4, 1] });
  // The last axis outermost, then the first; the middle one innermost.
  assert.deepEqual(layoutOf(denseInOrder("t", [2, 3, 4], "float32", [2, 0, 1])), { ...expected, strides: [3, 1, 6] });
});

test("a dense view of an existing buffer", () => {
  const buffer = new Buffer("slot", 6, "int32");
  const view = denseView(buffer, [2, 3]);
  assert.equal(view.buffer, buffer);
  assert.deepEqual(layoutOf(view), { elements: 6, shape: [2, 3], strides: [3, 1], offset: 0, padded: false });
});

describe("a view that is broadcast", () => {
  const bias: BufferView = { ...paddedRows("bias", [3, 1], "float32"), offset: 7 };

  test("does not move along axes of size 1 and new axes", () => {
    const { shape, strides, offset } = broadcastView(bias, [5, 3, 4]);
    assert.deepEqual([shape, strides, offset], [[5, 3, 4], [0, 1, 0], 7]);
  });

  test("keeps its strides where it is not", () => {
    const view = paddedRows("matrix", [2, 3], "float32");
    assert.deepEqual(broadcastView(view, [2, 3]), view);
  });
});

test("every buffer has a number of its own", () => {
  const [a, b] = [new Buffer("a", 1, "float32"), new Buffer("b", 1, "float32")];
  assert.ok(a.id < b.id);
});
