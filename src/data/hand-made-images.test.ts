/** ImageDataset of arrays that no file holds: errors speak of no file. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { tensor } from "../tensor/creation.js";
import { ImageDataset } from "./image-dataset.js";

const make = (shape: unknown, data: unknown, labels: readonly number[]): (() => unknown) => {
  return () =>
    new ImageDataset({ shape, data } as never, { shape: [labels.length], data: Uint8Array.from(labels) } as never, [
      "a",
    ]);
};

test("errors of images made by hand name the dataset and what to write", () => {
  const bytes = new Uint8Array(4);
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [
      make([1, 2, 2], bytes, [3]),
      /^DataError: ImageDataset: label 0 is out of range; expected 0 to 0, got 3\. Hint: classes/,
    ],
    [make([1, 2, 2], bytes, [0, 0]), /^DataError: ImageDataset: the labels do not match the images; expected 1 labels/],
    [
      make([1, 2, 2], new Uint8ClampedArray(4), [0]),
      /got \[1,2,2\] and a Uint8ClampedArray\. Hint: write data: new Uint8Array\(data\)/,
    ],
    [
      make([1, 2, 2], new Float32Array(4), [0]),
      /^DataError: ImageDataset: .*floating-point images belong into a TensorDataset/,
    ],
    [make([1, 2, 3], bytes, [0]), /^DataError: ImageDataset: the bytes do not fit the shape/],
    [make(4, bytes, [0]), /^DataError: ImageDataset: .*got 4 and a Uint8Array/],
    [
      () => new ImageDataset(tensor([[[1]]]) as never, tensor([0]) as never, ["a"]),
      /^DataError: ImageDataset: .*TensorDataset/,
    ],
  ];
  for (const [call, message] of cases) {
    assert.throws(call, (error) => {
      assert.match(String(error), message);
      assert.doesNotMatch(String(error), /undefined|NaN/);
      return true;
    });
  }
  assert.ok(make([1, 2, 2], bytes, [0])());
});
