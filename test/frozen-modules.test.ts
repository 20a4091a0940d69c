/**
 * Code that changes a network's modes restores each module's own mode: `bn.eval()` freezes a batch norm until
 * `bn.train()`.
 */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Module } from "../src/nn/index.js";
import { exportOnnx } from "../src/entries/export.js";
import { inspectNetwork } from "../src/inspect/inspect.js";
import { Classifier } from "../src/predict/classifier.js";
import { zeros } from "../src/tensor/creation.js";
import { activationMaps } from "../src/report/network-views.js";
import { predict } from "../src/report/predictions.js";
import { setEngine } from "../src/runtime/realize.js";
import { referenceEngine } from "../src/reference/reference-engine.js";
import { summarize } from "../src/summary/summary.js";
import { evaluate } from "../src/train/evaluate.js";
import { measureHealth } from "../src/train/health.js";
import { lrRangeTest } from "../src/train/lr-range-test.js";
import { checkNetwork } from "../src/train/network-check.js";
import { ToyNet, toySource, toyTrainer } from "./toy-training.js";

beforeEach(() => setEngine(referenceEngine));

const images = zeros([2, 1, 3, 3]);
const imageInfo = { size: [1, 3, 3], mean: 0, std: 1, classes: ["a", "b", "c"] };
const firstBatch = () => [...toySource(4).iterate()][0]!;

const users: Record<string, (model: ToyNet) => unknown> = {
  "an evaluation": (model) => evaluate(model, toySource(4).iterate()),
  "a health check": (model) => measureHealth(model, firstBatch()),
  predictions: (model) => predict(model, toySource(4).iterate()),
  "activation maps": (model) => activationMaps(model, images.slice(0, 0, 1)),
  "a classifier's prediction": (model) => new Classifier(model, imageInfo).predict([[0, 0, 0], [0, 1, 0], [0, 0, 0]]), // prettier-ignore
  "a summary": (model) => summarize(model, [1, 3, 3]),
  "an inspection": (model) => inspectNetwork(model, [1, 3, 3]),
  "the check of a network": (model) => checkNetwork(model, [1, 3, 3], 3),
  "an export": (model) => exportOnnx(model, [1, 3, 3]),
};

for (const [what, use] of Object.entries(users)) {
  test(`after ${what}, frozen modules are still frozen and the others train`, () => {
    const model = new ToyNet();
    model.bn.eval();
    use(model);
    assert.deepEqual(modesOf(model), { "": true, conv: true, bn: false, drop: true });
    model.eval();
    model.drop.train();
    use(model);
    assert.deepEqual(modesOf(model), { "": false, conv: false, bn: false, drop: true });
  });
}

test("a frozen batch norm keeps its statistics through a training, its tests and its health checks", async () => {
  const model = new ToyNet();
  model.bn.eval();
  const trainer = toyTrainer({ model, schedule: undefined });
  await trainer.run();
  assert.deepEqual(model.bn.runningMean!.tolist(), [0, 0, 0]);
  assert.deepEqual(modesOf(model), { "": true, conv: true, bn: false, drop: true });
});

test("a frozen batch norm keeps its statistics through a range test of learning rates", () => {
  const { model, optimizer } = toyTrainer().options;
  const { bn } = model as ToyNet;
  bn.eval();
  const points = [
    ...lrRangeTest({ model, optimizer, batches: toySource(18).iterate(), from: 1e-3, to: 1e-2, steps: 3 }),
  ];
  assert.equal(points.length, 3);
  assert.deepEqual(bn.runningMean!.tolist(), [0, 0, 0]);
});

test("a network in evaluation mode is trained as a whole", async () => {
  const model = new ToyNet();
  model.eval();
  await toyTrainer({ model, schedule: undefined }).run();
  assert.notDeepEqual(model.bn.runningMean!.tolist(), [0, 0, 0]);
});

function modesOf(model: Module): Record<string, boolean> {
  return Object.fromEntries([...model.namedModules()].map(([path, { training }]) => [path, training]));
}
