import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { absolute, assertCloseTo } from "../../test/closeness.js";
import { toyTrainer } from "../../test/toy-training.js";
import { BatchNorm2d, Conv2d, Flatten, Linear, LogSoftmax, ReLU, Sequential } from "../nn/index.js";
import { manualSeed, randn } from "../random/random.js";
import { referenceEngine } from "../reference/reference-engine.js";
import { setEngine } from "../runtime/realize.js";
import { tensor } from "../tensor/creation.js";
import { measureHealth } from "./health.js";

beforeEach(() => setEngine(referenceEngine));

function network(): { model: Sequential; first: Conv2d; second: Conv2d } {
  manualSeed(1);
  const [first, second] = [new Conv2d(1, 3, 3), new Conv2d(3, 2, 1)];
  const model = new Sequential(first, new BatchNorm2d(3), new ReLU(), second, new Flatten(), new LogSoftmax(1));
  return { model, first, second };
}

const batch = () => [randn([4, 1, 3, 3]), tensor(Int32Array.of(0, 1, 0, 1))] as const;

test("a channel that is zero for every image is dead", () => {
  const { model } = network();
  const norm = model[1] as BatchNorm2d;
  norm.bias!.setData(Float32Array.of(50, -50, 50));
  assert.deepEqual(measureHealth(model, batch()).relus, [{ units: 3, dead: 1 }]);
});

test("gradients are those of backward(), over the weights", () => {
  const { model, first, second } = network();
  const { gradients } = measureHealth(model, batch());
  assert.deepEqual(
    gradients.map(({ weight }) => weight),
    ["0.weight", "3.weight"],
  );
  assert.ok(gradients.every(({ ratio }) => ratio > 0));
  // A last layer that is zero lets no gradient through.
  second.weight.setData(new Float32Array(6));
  const cut = measureHealth(model, batch()).gradients;
  assert.equal(cut[0]!.ratio, 0);
  assert.equal(cut[1]!.ratio, Infinity);
  first.requiresGrad_(false);
  assert.deepEqual(
    measureHealth(model, batch()).gradients.map(({ weight }) => weight),
    ["3.weight"],
  );
});

test("a network whose parameters are all frozen has no gradients, but its ReLUs are measured", () => {
  const { model } = network();
  model.requiresGrad_(false);
  const { relus, gradients } = measureHealth(model, batch());
  assert.deepEqual(gradients, []);
  assert.equal(relus[0]!.units, 3);
});

test("mode, statistics and gradients stay as they are", () => {
  const { model } = network();
  const before = [...model.buffers()].map((buffer) => [...buffer.data()]);
  measureHealth(model.train(), batch());
  assert.equal(model.training, true);
  assert.deepEqual(
    [...model.buffers()].map((buffer) => [...buffer.data()]),
    before,
  );
  assert.ok([...model.parameters()].every(({ grad }) => grad === null));
});

test("the trainer tells it with each epoch", async () => {
  const trainer = toyTrainer();
  const seen: number[] = [];
  trainer.on("epoch", ({ health }) => seen.push(health.gradients.length));
  await trainer.run();
  assert.deepEqual(seen, [1, 1]);
});

test("the ratio of a gradient is its size over the weight's", () => {
  // One weight w, and the loss of two images of class 0 is −log softmax(w·x, 0)[0]: p = ½ where w is 0 at x = 3.
  const model = new Sequential(new Linear(1, 2, { bias: false }), new LogSoftmax(1));
  (model[0] as Linear).weight.setData(Float32Array.of(0.6, 0.6));
  const { gradients, relus } = measureHealth(model, [tensor([[3], [3]]), tensor(Int32Array.of(0, 0))]);
  // ∂L/∂w = (p − 1, p) · 3 = (−1.5, 1.5), beside (0.6, 0.6)
  assert.deepEqual(relus, []);
  assert.equal(gradients[0]!.weight, "0.weight");
  assertCloseTo(gradients[0]!.ratio, 2.5, absolute(1e-6));
});

test("the units of a layer [N, features] are its features", () => {
  const model = new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 2), new LogSoftmax(1));
  (model[0] as Linear).weight.setData(Float32Array.of(1, 0, 0, 1, -1, -1));
  (model[0] as Linear).bias!.setData(Float32Array.of(0, 0, 0));
  const { relus } = measureHealth(model, [tensor([[1, 2]]), tensor(Int32Array.of(0))]);
  assert.deepEqual(relus, [{ units: 3, dead: 1 }]);
});

test("only the first 256 images count", () => {
  const model = new Sequential(new Linear(1, 1), new ReLU(), new Linear(1, 2), new LogSoftmax(1));
  (model[0] as Linear).weight.setData(Float32Array.of(1));
  (model[0] as Linear).bias!.setData(Float32Array.of(0));
  /** Of 300 images only this one gives the ReLU something to let through. */
  const deadWith = (positive: number): number => {
    const pixels = Float32Array.from({ length: 300 }, (_, i) => (i === positive ? 1 : -1));
    return measureHealth(model, [tensor(pixels, [300, 1]), tensor(new Int32Array(300))]).relus[0]!.dead;
  };
  assert.deepEqual([deadWith(255), deadWith(256)], [0, 1]);
});
