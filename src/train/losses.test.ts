/** One network that computes scores and the same one with a log-softmax: each with its loss, they are the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertCloseTo } from "../../test/closeness.js";
import { DataLoader } from "../data/data-loader.js";
import { TensorDataset } from "../data/tensor-dataset.js";
import { resolveConfig } from "../exercise/recipes.js";
import { functional as F, Linear, Module } from "../nn/index.js";
import { SGD } from "../optim/index.js";
import { Classifier } from "../predict/classifier.js";
import { Generator, manualSeed, rand, randint } from "../random/random.js";
import { predict } from "../report/predictions.js";
import type { Tensor } from "../tensor/tensor.js";
import { tryBatchSizes } from "./batch-size-trials.js";
import { evaluate } from "./evaluate.js";
import { measureHealth } from "./health.js";
import type { LossChoice } from "./losses.js";
import { lrRangeTest } from "./lr-range-test.js";
import { makeTrainer } from "./session.js";
import { Trainer } from "./trainer.js";

class Net extends Module {
  first = new Linear(16, 8);
  second = new Linear(8, 3);

  constructor(private readonly scores: boolean) {
    super();
  }

  override forward(images: Tensor): Tensor {
    const x = this.second(F.relu(this.first(images.flatten(1))));
    return this.scores ? x : F.logSoftmax(x, 1);
  }
}

const generator = new Generator().manualSeed(3);
const data = new TensorDataset(rand([24, 1, 4, 4], generator), randint(0, 3, [24], generator));
const config = resolveConfig("notebook", { epochs: 2, batchSize: 8 });
const loader = new DataLoader(data, { batchSize: 8 });
const [batch] = [...loader] as [[Tensor, Tensor]];

/** What something computes for both networks, which start with the same weights. */
async function both<T>(compute: (make: () => Net, choice: LossChoice) => T | Promise<T>): Promise<[T, T]> {
  manualSeed(1);
  const first = await compute(() => new Net(false), { loss: "nll" });
  manualSeed(1);
  return [first, await compute(() => new Net(true), { loss: "cross-entropy" })];
}

const computations: Readonly<Record<string, (make: () => Net, choice: LossChoice) => unknown>> = {
  "a training": async (make, choice) => {
    const trainer = makeTrainer({ ...config, ...choice }, make, { train: data, test: data });
    const seen: unknown[] = [];
    trainer.on("step", ({ loss }) => seen.push(loss));
    trainer.on("epoch", ({ testLoss, correct, health }) => seen.push({ testLoss, correct, health }));
    await trainer.run();
    return [...seen, ...trainer.capture().model.values()];
  },
  "an evaluation": (make, choice) => evaluate(make(), loader, choice),
  "a look at its health": (make, choice) => measureHealth(make(), batch, choice),
  "a range test": (make, choice) => {
    const trainer = makeTrainer({ ...config, ...choice }, make, { train: data, test: data });
    const { model, optimizer } = trainer.options;
    return [...lrRangeTest({ model, optimizer, batches: loader, from: 0.01, to: 1, steps: 3, ...choice })];
  },
  "trials of batch sizes": async (make, choice) => {
    const trials = { config: { ...config, ...choice }, makeNetwork: make, data: { train: data, test: data } };
    const found = [];
    for await (const trial of tryBatchSizes({ ...trials, batchSizes: [4, 8], images: 24, scaleLr: true })) {
      found.push({ ...trial, imagesPerSecond: 0 });
    }
    return found;
  },
};

for (const [what, compute] of Object.entries(computations)) {
  test(`${what} of scores with cross-entropy has the bits of log-likelihoods with nll`, async () => {
    const [first, second] = await both(compute);
    assert.deepEqual(second, first);
  });

  test(`${what} of scores with the default loss is refused`, async () => {
    await assert.rejects(async () => void (await compute(() => new Net(true), {})), {
      name: "ArgumentError",
      message:
        /^Net: the network's outputs are not log-likelihoods(?: in training mode)?: .* or choose the loss "cross-entropy"/,
    });
  });
}

test("likelihoods are the same whether a network ends with a log-softmax or not", async () => {
  const images = { size: [1, 4, 4], mean: 0, std: 1, classes: ["a", "b", "c"] };
  const found = await both((make) => {
    const model = make();
    const { likelihoods } = predict(model, loader);
    return [
      ...likelihoods,
      ...new Classifier(model, images).predict(Array.from({ length: 4 }, () => [0, 1, 1, 0])).likelihoods,
    ];
  });
  assert.equal(found[0].length, 75);
  found[0].forEach((likelihood, i) => assertCloseTo(found[1][i]!, likelihood, absolute(1e-6)));
});

/** What a network returns in training, and otherwise. */
class TwoFaced extends Net {
  constructor(
    private readonly inTraining: (x: Tensor) => Tensor,
    private readonly inTests: (x: Tensor) => Tensor,
  ) {
    super(true);
  }

  override forward(images: Tensor): Tensor {
    const x = super.forward(images);
    return this.training ? this.inTraining(x) : this.inTests(x);
  }
}

const scores = (x: Tensor): Tensor => x;
const logs = (x: Tensor): Tensor => F.logSoftmax(x, 1);
const shares = (x: Tensor): Tensor => F.softmax(x, 1);

for (const [what, make, choice, message] of [
  [
    "scores in training alone",
    () => new TwoFaced(scores, logs),
    { loss: "nll" },
    /not log-likelihoods in training mode: /,
  ],
  ["scores in tests alone", () => new TwoFaced(logs, scores), { loss: "nll" }, /not log-likelihoods: /],
  ["a softmax in training alone", () => new TwoFaced(shares, scores), { loss: "cross-entropy" }, /are likelihoods in training mode: /], // prettier-ignore
  ["a softmax in tests alone", () => new TwoFaced(scores, shares), { loss: "cross-entropy" }, /are likelihoods: /],
] as const) {
  for (const compiled of [false, true]) {
    test(`${what} end ${compiled ? "a compiled" : "a"} training before its first step has any effect`, async () => {
      manualSeed(1);
      const model = make();
      const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
      const loaders = { trainLoader: loader, testLoader: loader };
      const trainer = new Trainer({ model, optimizer, ...loaders, epochs: 1, checkpointSteps: 9, compiled, ...choice });
      const before = [...trainer.capture().model.values()];
      await assert.rejects(trainer.run(), { name: "ArgumentError", message });
      assert.deepEqual([...trainer.capture().model.values()], before);
      assert.deepEqual(trainer.capture().optimizer.state, {});
    });
  }
}

test("a loss that turns negative later ends the training", async () => {
  let steps = 0;
  const make = (): Net => new TwoFaced((x) => (++steps > 2 ? x.add(10) : logs(x)), logs);
  const trainer = makeTrainer({ ...config, net: "net.ts" }, make, { train: data, test: data });
  await assert.rejects(trainer.run(), {
    name: "ArgumentError",
    message:
      /^TwoFaced: the loss in epoch 1, batch 2 is negative, so the network's outputs are not log-likelihoods there/,
  });
});
