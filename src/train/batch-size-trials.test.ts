/** Trials of batch sizes, on ten small images of two classes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TensorDataset } from "../data/tensor-dataset.js";
import { resolveConfig } from "../exercise/recipes.js";
import { functional as F, Linear, Module } from "../nn/index.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { tryBatchSizes, type BatchSizeTrial, type BatchSizeTrials } from "./batch-size-trials.js";

class TwoClasses extends Module {
  linear = new Linear(4, 2);
  /** Called with the number of images in each batch. */
  seen: ((images: number) => void) | undefined;

  override forward(images: Tensor): Tensor {
    this.seen?.(images.shape[0]!);
    return F.logSoftmax(this.linear(images.view(-1, 4)), 1);
  }
}

/** Images [1,2,2]: dark ones of class 0 alternate with light ones of class 1. */
function images(count: number): TensorDataset<[Tensor, Tensor]> {
  const pixels = Array.from({ length: 4 * count }, (_, i) => ((i >> 2) % 2) - 0.5 + (i % 4) / 10);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  return new TensorDataset(tensor(Float32Array.from(pixels), [count, 1, 2, 2]), tensor(labels));
}

async function trialsOf(changes: Partial<BatchSizeTrials>): Promise<BatchSizeTrial[]> {
  const config = resolveConfig("default", { batchSize: 4, lr: 0.1, epochs: 9 });
  const found: BatchSizeTrial[] = [];
  const trials = tryBatchSizes({
    config,
    makeNetwork: () => new TwoClasses(),
    data: { train: images(10), test: images(6) },
    batchSizes: [2, 4],
    images: 10,
    scaleLr: true,
    ...changes,
  });
  for await (const trial of trials) found.push(trial);
  return found;
}

test("each size is trained for one epoch, the last batch being smaller where there is a rest", async () => {
  const found = await trialsOf({ batchSizes: [2, 3, 4, 10, 20] });
  assert.deepEqual(
    found.map(({ batchSize, steps, total }) => [batchSize, steps, total]),
    [
      [2, 5, 6],
      [3, 4, 6],
      [4, 3, 6],
      [10, 1, 6],
      [20, 1, 6],
    ],
  );
});

test("the rate grows with the size where it is to, and then is the configuration's at its own size", async () => {
  const rates = async (scaleLr: boolean): Promise<number[]> =>
    (await trialsOf({ scaleLr, batchSizes: [2, 4, 8] })).map(({ lr }) => lr);
  assert.deepEqual(await rates(true), [0.05, 0.1, 0.2]);
  assert.deepEqual(await rates(false), [0.1, 0.1, 0.1]);
});

test("only the first images are used, and no more than there are", async () => {
  const steps = async (count: number): Promise<number> =>
    (await trialsOf({ images: count, batchSizes: [2] }))[0]!.steps;
  assert.deepEqual([await steps(6), await steps(10), await steps(99)], [3, 5, 5]);
});

test("the speed leaves out the first step, and the last one where its batch is smaller", async (t) => {
  // An image takes ten milliseconds, and nothing else takes any time.
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const makeNetwork = (): Module => {
    const network = new TwoClasses();
    network.seen = (count) => (now += 10 * count);
    return network;
  };
  // A custom network is not compiled, so it sees every batch.
  const config = resolveConfig("default", { net: "own.js", batchSize: 4 });
  const speeds = (await trialsOf({ config, makeNetwork, batchSizes: [2, 3, 8, 10] })).map(
    ({ imagesPerSecond }) => imagesPerSecond,
  );
  // With a single full batch, no step is left to time.
  assert.deepEqual(speeds, [100, 100, NaN, NaN]);
});

test("a trial is the same again: all but the speed follows from the seed", async () => {
  const told = async (): Promise<object[]> => (await trialsOf({})).map(({ imagesPerSecond: _, ...rest }) => rest);
  assert.deepEqual(await told(), await told());
});
