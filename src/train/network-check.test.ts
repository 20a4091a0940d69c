import assert from "node:assert/strict";
import { test } from "node:test";
import { BatchNorm2d, Buffer, Dropout, functional as F, Linear, Module } from "../nn/index.js";
import { zeros } from "../tensor/creation.js";
import { Generator, manualSeed, rand } from "../random/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { ExerciseNet } from "../exercise/networks.js";
import { checkOutputs, checkNetwork } from "./network-check.js";

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
  [
    "two tensors",
    new Net(10, (x) => [logs(x), x]),
    `${expected}, got [a Tensor,a Tensor]. Hint: return one tensor from forward().`,
  ],
  ["no tensor", new Net(10, () => 5), `${expected}, got 5. ${hint}`],
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

const likelihoods: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  "log-softmax": logs,
  "a log-softmax in another shape": (x) => logs(x.view(-1, 10)).reshape(-1, 10),
  "the logarithm of a softmax": (x) => x.softmax(1).log(),
  "one that is written by hand": (x) => x.sub(x.exp().sum(1, true).log()),
};

for (const [what, end] of Object.entries(likelihoods)) {
  test(`log-likelihoods from ${what} pass`, () => checkOutputs(new Net(10, end), rand([4, 1, 4, 4]), "nll"));
}

const others: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  logits: (x) => x,
  "likelihoods from a softmax": (x) => x.softmax(1),
  "what is not a number": (x) => x.mul(NaN),
};

for (const [what, end] of Object.entries(others)) {
  test(`refused: ${what}`, () => {
    const model = new Net(10, end);
    assert.throws(() => checkOutputs(model, rand([4, 1, 4, 4]), "nll"), {
      name: "ArgumentError",
      message:
        /^Net: the network's outputs are not log-likelihoods in training mode: exp of those of image 0 adds up to .*; expected a total of 1 for each image\. Hint: end forward\(\) with F\.logSoftmax\(x, 1\).* the loss "cross-entropy", as in { loss: "cross-entropy" }\.$/,
    });
    assert.equal(model.training, true);
  });
}

const overBatch: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  "a log-softmax": (x) => x.logSoftmax(0),
  "a softmax": (x) => x.softmax(0),
  "a softmax in another shape": (x) => x.view(-1, 10, 1, 1).softmax(0).flatten(1),
  "the logarithm of a softmax": (x) => x.softmax(0).log(),
  "a softmax of turned scores": (x) => x.transpose(0, 1).softmax(1).transpose(0, 1),
  "one that is written by hand": (x) => x.sub(x.exp().sum(0, true).log()),
};

for (const [what, end] of Object.entries(overBatch)) {
  for (const loss of ["nll", "cross-entropy"] as const) {
    test(`refused for ${loss}: ${what} over the images`, () => {
      const model = new Net(10, end);
      const [weights, mode] = [model.linear.weight.data().slice(), model.training];
      assert.throws(() => checkOutputs(model, rand([4, 1, 4, 4]), loss), {
        name: "ArgumentError",
        message:
          "Net: the network's outputs are normalised over the images of a batch (axis 0) in training mode: those of a class " +
          "add up to 1; expected outputs of each image that do not depend on the other images. Hint: give the softmax " +
          "axis 1, the classes: F.logSoftmax(x, 1) or new nn.LogSoftmax(1).",
      });
      assert.deepEqual([model.linear.weight.data(), model.training], [weights, mode]);
    });
  }
}

test("a softmax over a batch of one image is refused, and equal scores are not", () => {
  const image = rand([1, 1, 4, 4]);
  for (const end of [overBatch["a softmax"]!, overBatch["a softmax in another shape"]!, overBatch["a log-softmax"]!]) {
    assert.throws(() => checkOutputs(new Net(10, end), image, "cross-entropy"), /normalised over the images/);
  }
  for (const images of [image, rand([4, 1, 4, 4])]) {
    checkOutputs(new Net(10, (x) => x.mul(0)), images, "cross-entropy");
    checkOutputs(new Net(10, (x) => x.mul(0).add(1)), images, "cross-entropy");
  }
});

test("likelihoods from a softmax are told apart from scores", () => {
  const images = rand([4, 1, 4, 4]);
  const instead = /with F\.logSoftmax\(x, 1\) instead of the softmax, or without both and choose/;
  assert.throws(() => checkOutputs(new Net(10, (x) => x.softmax(1)), images, "nll"), instead);
  assert.throws(
    () => checkOutputs(new Net(10, (x) => x), images, "nll"),
    /which turns scores \(logits\) into log-likelihoods/,
  );
});

test("a network may tell more classes apart than there are, where that is asked for", () => {
  checkNetwork(new Net(10, logs), [1, 4, 4], 3, { more: true });
  assert.throws(() => checkNetwork(new Net(10, logs), [1, 4, 4], 3), /data with 3 classes/);
  assert.throws(() => checkNetwork(new Net(2, logs), [1, 4, 4], 3, { more: true }), /data with 3 classes/);
});

test("with cross-entropy, scores of the right shape are what is expected", () => {
  const scores = (x: Tensor): Tensor => x;
  checkNetwork(new Net(10, scores), [1, 4, 4], 10, { loss: "cross-entropy" });
  assert.throws(() => checkNetwork(new Net(5, scores), [1, 4, 4], 10, { loss: "cross-entropy" }), {
    message:
      "Net: the network's result does not fit data with 10 classes; expected scores (logits) [2,10] for images " +
      "[2,1,4,4], got float32 [2,5]. Hint: end forward() with x.view(-1, 10).",
  });
});

test("cross-entropy refuses likelihoods from a softmax, and takes scores and log-likelihoods", () => {
  const images = rand([4, 1, 4, 4]);
  const message =
    "Net: the network's outputs are likelihoods in training mode: none is negative, and those of each image add up to 1; " +
    'expected scores (logits), since the loss "cross-entropy" computes the softmax itself. Hint: leave out the softmax at ' +
    'the end of forward(), or end it with F.logSoftmax(x, 1) and choose the loss "nll".';
  const ends: ((x: Tensor) => Tensor)[] = [
    (x) => x.softmax(1),
    (x) => x.exp().div(x.exp().sum(1, true)),
    (x) => x.view(-1, 10, 1, 1).softmax(1).view(-1, 10),
  ];
  for (const end of ends) {
    assert.throws(() => checkOutputs(new Net(10, end), images, "cross-entropy"), { name: "ArgumentError", message });
  }
  for (const end of [(x: Tensor) => x, logs, (x: Tensor) => x.relu(), (x: Tensor) => x.sigmoid()]) {
    checkOutputs(new Net(10, end), images, "cross-entropy");
  }
});

test("the check leaves statistics, counters, modes and random numbers as they are, also where it refuses", () => {
  class Busy extends Net {
    bn = new BatchNorm2d(1);
    drop = new Dropout(0.5);
    calls = 0;
    seen = new Buffer(zeros([]));

    override forward(x: Tensor): Tensor {
      this.calls++;
      this.seen.copy_(this.seen.add(1));
      if (this.seen.item() > 5) this.calls = -1; // Computes what is pending.
      return super.forward(this.drop(this.bn(x)));
    }
  }
  for (const end of [(x: Tensor) => x, (x: Tensor) => x.softmax(1).log()]) {
    const model = new Busy(10, end);
    model.drop.eval();
    manualSeed(3);
    const next = rand([1]).item();
    manualSeed(3);
    const look = (): unknown => [
      ...[...model.stateDict().values()].map((value) => value.tolist()),
      [...model.modules()].map(({ training }) => training),
      model.calls,
    ];
    const before = look();
    try {
      checkOutputs(model, rand([4, 1, 4, 4], new Generator(1)), "nll");
    } catch (error) {
      assert.match((error as Error).message, /not log-likelihoods/);
    }
    assert.deepEqual(look(), before);
    assert.equal(rand([1]).item(), next);
  }
});
