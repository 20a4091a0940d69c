/** What the samples of views do not cover: strides of a compiled layout, Python's slice rules, no-ops and errors. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ArgumentError, ShapeError } from "../errors/errors.js";
import type { Node } from "../graph/node.js";
import { evaluate } from "../reference/reference.js";
import type { Shape } from "../graph/shape.js";
import * as ops from "./index.js";
import { registry, type StridedView } from "../graph/op.js";

const counting = (shape: Shape): Node => {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return ops.data(
    Float32Array.from({ length: size }, (_, i) => i),
    shape,
    "float32",
  );
};
const valuesOf = (node: Node): number[] => [...evaluate([node])[0]!.data];

function reshapeView(input: StridedView, shape: Shape): StridedView | undefined {
  const { lowering } = registry.get("reshape")!;
  assert.ok(lowering.kind === "view");
  return lowering.view(input, { shape }, { shape, dtype: "float32" });
}

test("reshape keeps strides if the axes are evenly spaced, and gives up if they are not", () => {
  const rows = { shape: [2, 3, 5], strides: [24, 8, 1], offset: 7 }; // rows of 5 padded to 8
  assert.deepEqual(reshapeView(rows, [6, 5]), { shape: [6, 5], strides: [8, 1], offset: 7 });
  assert.deepEqual(
    reshapeView(rows, [6, 1, 5])?.strides.filter((_, axis) => axis !== 1),
    [8, 1],
  );
  assert.deepEqual(reshapeView(rows, [2, 15]), undefined);
  assert.deepEqual(reshapeView(rows, [30]), undefined);
  const repeated = { shape: [4, 3, 2], strides: [0, 0, 1], offset: 0 };
  assert.deepEqual(reshapeView(repeated, [12, 2])?.strides, [0, 1]);
  assert.deepEqual(reshapeView(repeated, [2, 6, 2])?.strides, [0, 0, 1]);
  assert.equal(reshapeView(repeated, [4, 6]), undefined);
  const reversed = { shape: [6], strides: [-1], offset: 5 };
  assert.deepEqual(reshapeView(reversed, [2, 3]), { shape: [2, 3], strides: [-3, -1], offset: 5 });
  const channelsLast = { shape: [2, 4, 3, 3], strides: [36, 1, 12, 4], offset: 0 };
  assert.deepEqual(reshapeView(channelsLast, [2, 4, 9])?.strides, [36, 1, 4]);
  assert.equal(reshapeView(channelsLast, [2, 36]), undefined);
  assert.deepEqual(reshapeView({ shape: [], strides: [], offset: 3 }, [1, 1])?.offset, 3);
});

test("sliceAxis follows Python's rules", () => {
  const x = counting([7]);
  const python: [number, number | undefined, number, number[]][] = [
    [2, 5, 1, [2, 3, 4]],
    [-3, undefined, 1, [4, 5, 6]],
    [0, -2, 2, [0, 2, 4]],
    [-99, 99, 3, [0, 3, 6]],
    [6, undefined, 5, [6]],
  ];
  for (const [start, end, step, expected] of python) {
    assert.deepEqual(valuesOf(ops.sliceAxis(x, 0, start, end, step)), expected);
  }
});

test("a view that changes nothing adds no node", () => {
  const x = counting([2, 3]);
  const same = [
    ops.reshape(x, [2, 3]),
    ops.permute(x, [0, 1]),
    ops.expand(x, [2, 3]),
    ops.sliceAxis(x, 1, 0),
    ops.flip(x, []),
    ops.sum(x, []),
    ops.cat([x], 0),
    ops.pad(x, { before: [0, 0], after: [0, 0], interior: [0, 0], value: 0 }),
  ];
  for (const node of same) assert.equal(node, x);
});

test("views of views have the right elements", () => {
  const x = counting([2, 3, 4]);
  const view = ops.flip(ops.permute(ops.sliceAxis(x, 2, 1, 4, 2), [2, 0, 1]), [2]);
  assert.deepEqual(view.shape, [2, 2, 3]);
  assert.deepEqual(valuesOf(view), [9, 5, 1, 21, 17, 13, 11, 7, 3, 23, 19, 15]);
});

test("invalid views are refused", () => {
  const x = counting([2, 3]);
  assert.throws(
    () => ops.reshape(x, [4]),
    /^ShapeError: reshape: \[2,3\] cannot be reshaped to \[4\]; expected a shape with 6 elements/,
  );
  assert.throws(() => ops.permute(x, [0, 0]), /^ShapeError: permute: \[0,0\] does not name each axis of \[2,3\] once/);
  assert.throws(() => ops.permute(x, [0]), ShapeError);
  assert.throws(() => ops.expand(x, [4, 3]), /^ShapeError: expand: \[2,3\] cannot be expanded to \[4,3\]/);
  assert.throws(() => ops.expand(x, [3]), ShapeError);
  const attrs = { begin: [0, 2], end: [2, 1], step: [1, 1] };
  assert.throws(() => ops.slice(x, attrs), /^ShapeError: slice: 2:1:1 is no part of axis 1/);
  assert.deepEqual(ops.sliceAxis(x, 1, 5).shape, [2, 0]);
  assert.throws(() => ops.sliceAxis(x, 0, 0, 2, 0), /^ArgumentError: slice: the step 0 .*Hint: use flip/);
  assert.throws(() => ops.sliceAxis(x, 0, 0, 2, -1), ArgumentError);
});
