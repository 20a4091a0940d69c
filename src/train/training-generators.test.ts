/** A training whose loaders have generators of their own is resumed with the same bits, and a range test puts them back. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { toyTrainer, ToyNet } from "../../test/toy-training.js";
import { DataLoader, RandomSampler, TensorDataset } from "../entries/data.js";
import { Generator, manualSeed, randint, randn } from "../entries/index.js";
import type { Batch } from "../data/dataset.js";
import { SGD } from "../optim/index.js";
import { referenceEngine } from "../reference/reference-engine.js";
import { setEngine } from "../runtime/realize.js";
import { decodeCheckpoint, encodeCheckpoint, hashTensors, type TrainingState } from "./checkpoint.js";
import { lrRangeTest } from "./lr-range-test.js";
import type { Trainer } from "./trainer.js";

beforeEach(() => setEngine(referenceEngine));

type MakeLoader = (data: TensorDataset<Batch>) => DataLoader;

const loaders: Record<string, MakeLoader> = {
  "a loader": (data) => new DataLoader(data, { batchSize: 4, shuffle: true, generator: new Generator(3) }),
  "a loader that prefetches": (data) =>
    new DataLoader(data, { batchSize: 4, shuffle: true, generator: new Generator(3), prefetch: 1 }),
  "a sampler": (data) => new DataLoader(data, { batchSize: 4, sampler: new RandomSampler(data, new Generator(3)) }),
  "a loader and a sampler": (data) =>
    new DataLoader(data, {
      batchSize: 4,
      sampler: new RandomSampler(data, new Generator(3)),
      generator: new Generator(4),
    }),
};

function dataset(): TensorDataset<Batch> {
  manualSeed(7);
  return new TensorDataset(randn([18, 1, 3, 3]), randint(0, 3, [18]));
}

function trainer(make: MakeLoader): Trainer {
  const data = dataset();
  return toyTrainer({ trainLoader: make(data), testLoader: make(data) });
}

async function weights(of: Trainer): Promise<string> {
  await of.run();
  return hashTensors(of.capture().model);
}

const thawed = (state: TrainingState): TrainingState =>
  decodeCheckpoint(encodeCheckpoint({ state, extra: {} }), "x").state;

for (const [what, make] of Object.entries(loaders)) {
  for (const after of [2, 5, 7]) {
    test(`${what} with a generator of its own: resumed after step ${after}, a training ends with the same bits`, async () => {
      const whole = await weights(trainer(make));
      const first = trainer(make);
      let steps = 0;
      first.on("step", () => void (++steps === after && first.stop()));
      assert.equal(await first.run(), false);
      const state = thawed(first.capture());
      const second = trainer(make);
      second.restore(state);
      assert.equal(await weights(second), whole);
    });
  }

  test(`${what} with a generator of its own: a range test puts it back`, () => {
    const data = dataset();
    const batches = make(data);
    const model = new ToyNet();
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const before = batches.generators.map((generator) => generator.getState());
    assert.ok(before.length > 0);
    const points = [...lrRangeTest({ model, optimizer, batches, from: 0.01, to: 0.02, steps: 3 })];
    assert.ok(points.length > 1);
    assert.deepEqual(
      batches.generators.map((generator) => generator.getState()),
      before,
    );
  });
}

test("a state of loaders with other generators is refused, before anything is restored", () => {
  const [own, without] = [trainer(loaders["a loader"]!), toyTrainer()];
  const before = without.capture();
  assert.throws(
    () => without.restore(own.capture()),
    /another number of generators.*expected 2, got 0\. Hint: .*new DataLoader\(data, \{ generator: new Generator\(1\) \}\)/,
  );
  assert.deepEqual(without.capture().generators, before.generators);
  assert.throws(() => own.restore(before), /expected 0, got 2/);
});
