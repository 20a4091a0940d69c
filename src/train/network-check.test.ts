import assert from "node:assert/strict";
import { test } from "node:test";
import { functional as F, Linear, Module } from "../nn/index.js";
import { manualSeed, rand } from "../random/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { ExerciseNet } from "../exercise/networks.js";
import { checkNetwork } from "./network-check.js";

class Net extends Module {
  linear: Linear;

  constructor(
    classes: number,
    private readonly end: (x: Tensor) => unknown,
  ) {
    super();
    this.linear = new Linear(16, classes);
  }

  override forward(x: Tensor): Tensor {
    return this.end(this.linear(x.flatten(1))) as Tensor;
  }
}

const logs = (x: Tensor): Tensor => F.logSoftmax(x, 1);

test("networks that fit their data pass, and stay as they are", () => {
  checkNetwork(new Net(3, logs), [1, 4, 4], 3);
  manualSeed(1);
  const model = new ExerciseNet();
  const next = rand([1]).item();
  manualSeed(1);
  const checked = new ExerciseNet();
  checkNetwork(checked, [1, 28, 28], 10);
  assert.equal(checked.training, true);
  assert.equal(rand([1]).item(), next, "nothing random is drawn");
  assert.deepEqual(checked.bn1.runningMean!.data(), model.bn1.runningMean!.data());
});

const expected = "expected log-likelihoods [2,10] for images [2,1,4,4]";
const hint = "Hint: end forward() with F.logSoftmax(x.view(-1, 10), 1).";
for (const [what, model, message] of [
  ["five outputs for ten classes", new Net(5, logs), `${expected}, got float32 [2,5]. ${hint}`],
  ["a third axis", new Net(10, (x) => logs(x).view(2, 10, 1)), `${expected}, got float32 [2,10,1]. ${hint}`],
  ["whole numbers", new Net(10, (x) => x.int()), `${expected}, got int32 [2,10]. ${hint}`],
  ["no tensor", new Net(10, () => 5), `${expected}, got number. ${hint}`],
] as const) {
  test(`refused: a network that returns ${what}`, () => {
    const problem = "Net: the network's result does not fit data with 10 classes";
    assert.throws(() => checkNetwork(model, [1, 4, 4], 10), {
      name: "ShapeError",
      message: `${problem}; ${message}`,
    });
  });
}

test("refused: images that the network cannot take", () => {
  assert.throws(
    () => checkNetwork(new ExerciseNet(), [3, 28, 28], 10),
    /conv1 \(Conv2d\): conv2d: input \[[0-9,]*\] has 3 channels/,
  );
});
