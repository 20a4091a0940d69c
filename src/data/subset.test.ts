import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonFixture } from "../../test/fixtures.js";
import { Generator, manualSeed } from "../random/random.js";
import { tensor } from "../tensor/creation.js";
import { DataLoader } from "./data-loader.js";
import type { Dataset } from "./dataset.js";
import { randomSplit, Subset } from "./subset.js";
import { TensorDataset } from "./tensor-dataset.js";

const fixtures = jsonFixture<{
  splits: { length: number; lengths: number[]; seed: number; parts: number[][] }[];
}>("data/data-loader.json");

/** Samples [10·i, 10·i + 1] of class i. */
function tens(length: number) {
  const inputs = tensor(Array.from({ length }, (_, i) => [10 * i, 10 * i + 1]));
  return new TensorDataset(inputs, tensor(Int32Array.from({ length }, (_, i) => i)));
}

test("TensorDataset gives rows and batches of rows, with the tensors' types", () => {
  const dataset = tens(4);
  assert.equal(dataset.length, 4);
  const [input, label] = dataset.get(2);
  assert.deepEqual([input.tolist(), label.tolist(), label.shape, label.dtype], [[20, 21], 2, [], "int32"]);
  const batches = Array.from(new DataLoader(dataset, { batchSize: 3 }), ([x, y]) => [x.tolist(), y.tolist(), y.dtype]);
  assert.deepEqual(batches, [
    [
      [
        [0, 1],
        [10, 11],
        [20, 21],
      ],
      [0, 1, 2],
      "int32",
    ],
    [[[30, 31]], [3], "int32"],
  ]);
});

test("a Subset of a Subset gives the right samples, alone and in batches", () => {
  const subset = new Subset(new Subset(tens(6), [5, 3, 1]), [2, 0]);
  assert.equal(subset.length, 2);
  assert.deepEqual(subset.get(0)[0].tolist(), [10, 11]);
  assert.deepEqual(
    Array.from(new DataLoader(subset), ([, y]) => y.tolist()),
    [[1], [5]],
  );
});

test("a Subset of a dataset without batches passes each sample's generator on", () => {
  const noisy: Dataset = { length: 3, get: (_, generator) => [tensor([generator!.random()]), 0] };
  const drawn = (dataset: Dataset): number[] => {
    manualSeed(1);
    return Array.from(new DataLoader(dataset, { batchSize: 2 }), ([x]) => Array.from(x.data())).flat();
  };
  assert.equal(new Set(drawn(noisy)).size, 3);
  assert.deepEqual(drawn(new Subset(noisy, [2, 1, 0])), drawn(noisy));
});

test("randomSplit is PyTorch's, for lengths and for fractions", () => {
  for (const { length, lengths, seed, parts } of fixtures.splits) {
    const split = randomSplit(tens(length), lengths, new Generator(seed));
    assert.deepEqual(
      split.map(({ indices }) => Array.from(indices)),
      parts,
    );
  }
});

test("fractions add up to 1 although their float64 sum is a little more or less", () => {
  for (const parts of [3, 6, 7, 10, 20, 49]) {
    const lengths = randomSplit(tens(100), Array<number>(parts).fill(1 / parts)).map(({ length }) => length);
    assert.equal(
      lengths.reduce((sum, length) => sum + length, 0),
      100,
    );
    assert.ok(Math.max(...lengths) - Math.min(...lengths) <= 1, String(lengths));
  }
  const twenty = randomSplit(tens(40), Array<number>(20).fill(0.05));
  assert.deepEqual(new Set(twenty.map(({ length }) => length)), new Set([2]));
});

const refusals: readonly [make: () => unknown, message: string][] = [
  [
    () => randomSplit(tens(4), [3, 2]),
    "randomSplit: the parts do not add up to the dataset; " +
      "expected integer lengths that add up to 4, or fractions that add up to 1, got [3, 2].",
  ],
  [
    () => randomSplit(tens(4), [0.5, 0.4]),
    "randomSplit: the parts do not add up to the dataset; " +
      "expected integer lengths that add up to 4, or fractions that add up to 1, got [0.5, 0.4].",
  ],
  [() => new Subset(tens(4), [0, 4]), "Subset: the index is out of range; expected an index from 0 to 3, got 4."],
  [() => new Subset(tens(4), [0]).get(1), "Subset: the index is out of range; expected an index from 0 to 0, got 1."],
  [() => tens(4).get(-1), "TensorDataset: the index is out of range; expected an index from 0 to 3, got -1."],
  [
    () => new TensorDataset(tensor([1, 2]), tensor([1])),
    "TensorDataset: the tensors have different lengths; " +
      "expected at least one tensor, all with the same first axis, got [2], [1].",
  ],
  [
    () => new TensorDataset(),
    "TensorDataset: the tensors have different lengths; " +
      "expected at least one tensor, all with the same first axis, got none.",
  ],
];
for (const [make, message] of refusals) {
  test(`refused: ${message}`, () => assert.throws(make, { message }));
}

test("indices without elements, and datasets without a whole length, are refused", () => {
  const dataset = new TensorDataset(tensor([1, 2, 3, 4]));
  const view = new DataView(new ArrayBuffer(4)) as unknown as number[];
  assert.throws(() => new Subset(dataset, view), { message: /^Subset: invalid indices; expected an array of indices/ });
  for (const length of [NaN, 2.5, -3, Infinity]) {
    assert.throws(() => new Subset({ length, get: () => [] }, []), {
      message: /^Subset: invalid dataset; expected a dataset, which has a length \(a whole number\)/,
    });
  }
});
