/** The layers against PyTorch 1.13 (fixtures/nn/layers.py): printed form, names, first values; and their refusals. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { absolute, assertClose, assertCloseTo } from "../../../test/closeness.js";
import { Answers } from "../../../test/answers.js";
import { jsonFixture } from "../../../test/fixtures.js";
import { manualSeed } from "../../random/random.js";
import { setEngine } from "../../runtime/realize.js";
import { referenceEngine } from "../../reference/reference-engine.js";
import { ones, tensor, zeros } from "../../tensor/creation.js";
import type { Tensor } from "../../tensor/tensor.js";
import * as nn from "../index.js";

setEngine(referenceEngine);

interface Fixture {
  readonly layers: Readonly<
    Record<string, { readonly repr: string; readonly state: readonly string[]; readonly sha256: string }>
  >;
  readonly init: Readonly<Record<string, readonly number[]>>;
}
const fixture = jsonFixture<Fixture>("nn/layers.json");

/** The same, under the same names, as in fixtures/nn/layers.py. */
const layers: Readonly<Record<string, () => nn.Module>> = {
  Conv2d: () => new nn.Conv2d(1, 8, 3),
  "Conv2d, all options": () =>
    new nn.Conv2d(4, 6, [3, 5], { stride: 2, padding: [1, 2], dilation: 2, groups: 2, bias: false }),
  "Conv2d, same padding": () => new nn.Conv2d(3, 3, 3, { padding: "same" }),
  Linear: () => new nn.Linear(13, 10),
  "Linear, no bias": () => new nn.Linear(13, 10, { bias: false }),
  BatchNorm2d: () => new nn.BatchNorm2d(8),
  "BatchNorm2d, not affine": () => new nn.BatchNorm2d(8, { eps: 1e-3, momentum: 0.01, affine: false }),
  "BatchNorm2d, no running statistics": () => new nn.BatchNorm2d(4, { momentum: null, trackRunningStats: false }),
  MaxPool2d: () => new nn.MaxPool2d(2),
  "MaxPool2d, all options": () => new nn.MaxPool2d([3, 2], { stride: 1, padding: 1, dilation: 2 }),
  AvgPool2d: () => new nn.AvgPool2d(7),
  "AvgPool2d, all options": () => new nn.AvgPool2d(3, { stride: [2, 1], padding: 1 }),
  AdaptiveAvgPool2d: () => new nn.AdaptiveAvgPool2d(1),
  "AdaptiveAvgPool2d, two sizes": () => new nn.AdaptiveAvgPool2d([2, 3]),
  ReLU: () => new nn.ReLU(),
  Sigmoid: () => new nn.Sigmoid(),
  Tanh: () => new nn.Tanh(),
  Softmax: () => new nn.Softmax(1),
  LogSoftmax: () => new nn.LogSoftmax(-1),
  Dropout: () => new nn.Dropout(0.25),
  Dropout2d: () => new nn.Dropout2d(),
  Flatten: () => new nn.Flatten(),
  Identity: () => new nn.Identity(),
  Sequential: () => new nn.Sequential(new nn.Conv2d(2, 2, 1), new nn.Sequential(new nn.ReLU())),
};

const answers = new Answers(fixture.layers, "python3 fixtures/nn/layers.py");
test("every stored answer is used", () => answers.assertAllAsked(Object.keys(layers)));

for (const [name, make] of Object.entries(layers)) {
  test(`${name} has PyTorch's printed form, names and first values`, answers.needs(name), () => {
    const { repr, state, sha256 } = answers.get(name);
    manualSeed(5);
    const layer = make();
    assert.equal(String(layer), repr);
    const dict = layer.stateDict();
    assert.deepEqual([...dict.keys()], state);
    const hash = createHash("sha256");
    for (const value of dict.values()) hash.update(new Uint8Array(Float32Array.from(value.data()).buffer));
    assert.equal(hash.digest("hex"), sha256);
  });
}

test("init fills with PyTorch's bits", () => {
  const fills: Record<string, (tensor: Tensor) => Tensor> = {
    kaiming: (weight) => nn.init.kaimingUniform_(weight, { nonlinearity: "relu", mode: "fanOut" }),
    xavier: (weight) => nn.init.xavierUniform_(weight, 0.5),
    uniform: (weight) => nn.init.uniform_(weight, -2, 3),
    normal: (weight) => nn.init.normal_(weight, 1, 0.02),
  };
  for (const [name, fill] of Object.entries(fills)) {
    manualSeed(7);
    const weight = new nn.Parameter(zeros([6, 4, 3, 3]));
    assert.equal(fill(weight), weight);
    assert.deepEqual([...weight.data().subarray(0, 8)], fixture.init[name], name);
  }
  const weight = new nn.Parameter(zeros([2, 1]));
  assert.deepEqual([...nn.init.ones_(weight).data()], [1, 1]);
  assert.deepEqual([...nn.init.constant_(weight, 0.5).data()], [0.5, 0.5]);
  assert.deepEqual([...nn.init.zeros_(weight).data()], [0, 0]);
});

test("layers give the shapes that they promise", () => {
  const shapes: [nn.Module, number[], number[]][] = [
    [new nn.Conv2d(3, 4, [3, 2], { stride: [2, 1], padding: 1 }), [2, 3, 7, 7], [2, 4, 4, 8]],
    [new nn.Conv2d(3, 3, 4, { padding: "same", groups: 3 }), [1, 3, 6, 5], [1, 3, 6, 5]],
    [new nn.MaxPool2d(3, { stride: 2, padding: 1 }), [1, 2, 7, 8], [1, 2, 4, 4]],
    [new nn.AvgPool2d(2), [1, 2, 7, 8], [1, 2, 3, 4]],
    [new nn.AdaptiveAvgPool2d([2, 3]), [1, 2, 5, 5], [1, 2, 2, 3]],
    [new nn.Flatten(), [2, 3, 4, 5], [2, 60]],
    [new nn.Flatten(0, 1), [2, 3, 4], [6, 4]],
    [new nn.Linear(5, 3), [2, 4, 5], [2, 4, 3]],
    [new nn.Softmax(1), [2, 3], [2, 3]],
    [new nn.Sigmoid(), [2], [2]],
  ];
  for (const [layer, input, output] of shapes) {
    const result = layer(zeros(input));
    assert.deepEqual(result.shape, output, String(layer));
    assert.equal(result.data().length, result.numel());
  }
});

test("activations compute what their names say", () => {
  const x = tensor([[-1, 0, 2]]);
  const near = (layer: nn.Module, expected: number[]): void => {
    assertClose(layer(x).data(), expected, absolute(1e-6), String(layer));
  };
  const sum = Math.exp(-1) + 1 + Math.exp(2);
  near(new nn.ReLU(), [0, 0, 2]);
  near(new nn.Sigmoid(), [1 / (1 + Math.E), 0.5, 1 / (1 + Math.exp(-2))]);
  near(new nn.Tanh(), [Math.tanh(-1), 0, Math.tanh(2)]);
  near(new nn.Softmax(1), [Math.exp(-1) / sum, 1 / sum, Math.exp(2) / sum]);
  near(
    new nn.LogSoftmax(1),
    [-1, 0, 2].map((value) => value - Math.log(sum)),
  );
  near(new nn.Identity(), [-1, 0, 2]);
});

test("dropout acts in training only", () => {
  manualSeed(3);
  const x = ones([4, 8, 5, 5]);
  for (const layer of [new nn.Dropout(0.5), new nn.Dropout2d(0.5)]) {
    const values = layer(x).data();
    assert.deepEqual([...new Set(values)].sort(), [0, 2]);
    if (layer instanceof nn.Dropout2d) {
      for (let i = 0; i < values.length; i += 25) assert.equal(new Set(values.subarray(i, i + 25)).size, 1);
    }
    assert.ok(
      layer
        .eval()(x)
        .data()
        .every((value) => value === 1),
    );
  }
});

test("batch norm keeps running statistics, or the mean of all batches without momentum", () => {
  const batches = [tensor([1, 3], [2, 1, 1, 1]), tensor([4, 10], [2, 1, 1, 1])];
  const [moving, averaging] = [new nn.BatchNorm2d(1), new nn.BatchNorm2d(1, { momentum: null })];
  for (const batch of batches) {
    moving(batch).data();
    averaging(batch).data();
  }
  const near = (value: Tensor | null, expected: number): void => assertCloseTo(value!.item(), expected, absolute(1e-5));
  near(moving.runningMean, 0.9 * 0.2 + 0.7);
  near(moving.runningVar, 0.9 * (0.9 + 0.2) + 1.8);
  near(averaging.runningMean, (2 + 7) / 2);
  near(averaging.runningVar, (2 + 18) / 2);
  assert.equal(averaging.numBatchesTracked!.item(), 2);
  near(averaging.eval()(tensor([4.5], [1, 1, 1, 1])), 0);
  assert.equal(averaging.numBatchesTracked!.item(), 2);
  averaging.resetParameters();
  assert.deepEqual(
    [averaging.numBatchesTracked, averaging.runningMean, averaging.runningVar].map((b) => b!.item()),
    [0, 0, 1],
  );
});

test("batch norm without running statistics uses the batch's own in evaluation too", () => {
  const layer = new nn.BatchNorm2d(1, { trackRunningStats: false, affine: false }).eval();
  assert.deepEqual([...layer(tensor([1, 3], [2, 1, 1, 1])).data()].map(Math.round), [-1, 1]);
});

test("arguments that make no layer are refused", () => {
  const refusals: [() => unknown, string][] = [
    [() => new nn.Conv2d(0, 1, 3), "Conv2d: invalid inChannels; expected an integer of at least 1, got 0."],
    [
      () => new nn.Conv2d(1, 1, [3, 0]),
      "Conv2d: invalid kernelSize; expected an integer of at least 1, or two of them: [height, width], got [3,0].",
    ],
    [
      () => new nn.Conv2d(1, 1, 3, { padding: -1 }),
      'Conv2d: invalid padding; expected an integer of at least 0, or two of them: [height, width], or "same" or "valid", got -1.',
    ],
    [
      () => new nn.Conv2d(3, 4, 3, { groups: 2 }),
      "Conv2d: 2 groups do not divide the channels; expected inChannels and outChannels that are multiples of groups, got 3 and 4.",
    ],
    [
      () => new nn.Conv2d(3, 4, 3, { pading: 1 } as object),
      'Conv2d: there is no option "pading"; expected one of stride, padding, dilation, groups, bias. Hint: perhaps you mean padding.',
    ],
    [() => new nn.BatchNorm2d(1.5), "BatchNorm2d: invalid numFeatures; expected an integer of at least 1, got 1.5."],
    [() => new nn.Linear(1, -1), "Linear: invalid outFeatures; expected an integer of at least 1, got -1."],
    [() => new nn.Dropout(2), "Dropout: invalid p; expected a number from 0 to 1, got 2."],
    [
      () => nn.init.kaimingUniform_(new nn.Parameter(zeros([3]))),
      "kaimingUniform_: [3] has no inputs and outputs to count; expected a weight with at least two axes.",
    ],
  ];
  for (const [make, message] of refusals) assert.throws(make, { name: "ArgumentError", message });
});
