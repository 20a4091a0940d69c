/** `F` against PyTorch: values and gradients of fixtures/nn/functional.json, and what these cannot show. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertClose, assertCloseTo, ofLargest } from "../../../test/closeness.js";
import { compiledEngine, setEngine } from "../../runtime/realize.js";
import { Answers } from "../../../test/answers.js";
import { jsonFixture } from "../../../test/fixtures.js";
import { referenceEngine } from "../../reference/reference-engine.js";
import { ones, tensor, zeros } from "../../tensor/creation.js";
import type { Tensor } from "../../tensor/tensor.js";
import * as F from "./index.js";
import { Buffer } from "../parameter.js";

setEngine(referenceEngine);

interface Elements {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

interface Case {
  readonly inputs: Record<string, Elements>;
  readonly result: Elements;
  /** The gradients are those of the sum of result · weights. */
  readonly weights: Elements;
  readonly gradients: Record<string, Elements>;
  readonly running: Record<string, Elements>;
}

type Inputs = Record<"input" | "weight" | "bias" | "target" | "runningMean" | "runningVar", Tensor>;

const { batchNorm, conv2d, crossEntropy, mseLoss, nllLoss } = F;
const calls: Record<string, (t: Inputs) => Tensor> = {
  conv2d: (t) => conv2d(t.input, t.weight, t.bias),
  "conv2d, all options": (t) =>
    conv2d(t.input, t.weight, null, { stride: [2, 1], padding: [1, 2], dilation: [1, 3], groups: 2 }),
  "conv2d, valid": (t) => conv2d(t.input, t.weight, t.bias, { padding: "valid" }),
  "conv2d, same": (t) => conv2d(t.input, t.weight, t.bias, { padding: "same" }),
  "conv2d, same, uneven": (t) => conv2d(t.input, t.weight, t.bias, { padding: "same", dilation: [3, 1] }),
  "batchNorm, training": (t) =>
    batchNorm(t.input, t.runningMean, t.runningVar, { weight: t.weight, bias: t.bias, training: true }),
  "batchNorm, training, options": (t) =>
    batchNorm(t.input, t.runningMean, t.runningVar, { weight: t.weight, training: true, momentum: 0.3, eps: 0.01 }),
  "batchNorm, training, plain": (t) => batchNorm(t.input, null, null, { training: true }),
  "batchNorm, evaluation": (t) => batchNorm(t.input, t.runningMean, t.runningVar, { weight: t.weight, bias: t.bias }),
  "batchNorm, evaluation, plain": (t) => batchNorm(t.input, t.runningMean, t.runningVar, { eps: 0.1 }),
  maxPool2d: (t) => F.maxPool2d(t.input, 2),
  "maxPool2d, all options": (t) => F.maxPool2d(t.input, [3, 2], { stride: [1, 2], padding: 1, dilation: [2, 3] }),
  avgPool2d: (t) => F.avgPool2d(t.input, [2, 3]),
  "avgPool2d, all options": (t) => F.avgPool2d(t.input, 3, { stride: [2, 1], padding: 1, countIncludePad: false }),
  "adaptiveAvgPool2d, 1": (t) => F.adaptiveAvgPool2d(t.input, 1),
  "adaptiveAvgPool2d, divisible": (t) => F.adaptiveAvgPool2d(t.input, [3, 2]),
  "adaptiveAvgPool2d, overlapping": (t) => F.adaptiveAvgPool2d(t.input, [3, 4]),
  "adaptiveAvgPool2d, larger": (t) => F.adaptiveAvgPool2d(t.input, [5, 4]),
  "adaptiveAvgPool2d, null": (t) => F.adaptiveAvgPool2d(t.input, [null, 2]),
  linear: (t) => F.linear(t.input, t.weight, t.bias),
  "linear, three axes": (t) => F.linear(t.input, t.weight),
  relu: (t) => F.relu(t.input),
  softmax: (t) => F.softmax(t.input, 1),
  logSoftmax: (t) => F.logSoftmax(t.input, -1),
  nllLoss: (t) => nllLoss(t.input, t.target),
  "nllLoss, sum, weight": (t) => nllLoss(t.input, t.target, { weight: t.weight, reduction: "sum" }),
  "nllLoss, mean, weight, ignored": (t) => nllLoss(t.input, t.target, { weight: t.weight }),
  "nllLoss, none, a class ignored": (t) => nllLoss(t.input, t.target, { ignoreIndex: 1, reduction: "none" }),
  "nllLoss, mean, a class ignored": (t) => nllLoss(t.input, t.target, { ignoreIndex: 1 }),
  "nllLoss, places": (t) => nllLoss(t.input, t.target),
  crossEntropy: (t) => crossEntropy(t.input, t.target),
  "crossEntropy, smoothed": (t) => crossEntropy(t.input, t.target, { labelSmoothing: 0.1 }),
  "crossEntropy, smoothed, weight": (t) =>
    crossEntropy(t.input, t.target, { weight: t.weight, ignoreIndex: 2, labelSmoothing: 0.3 }),
  "crossEntropy, smoothed, sum": (t) => crossEntropy(t.input, t.target, { labelSmoothing: 1, reduction: "sum" }),
  "crossEntropy, smoothed, none, places": (t) =>
    crossEntropy(t.input, t.target, { labelSmoothing: 0.2, reduction: "none" }),
  mseLoss: (t) => mseLoss(t.input, t.target),
  "mseLoss, sum": (t) => mseLoss(t.input, t.target, { reduction: "sum" }),
  "mseLoss, none": (t) => mseLoss(t.input, t.target, { reduction: "none" }),
};

const answers = new Answers(
  jsonFixture<Record<string, Case>>("nn/functional.json"),
  "python3 fixtures/nn/functional.py",
);

function given(name: string, { shape, values }: Elements, isClass: boolean): Tensor {
  if (isClass) return tensor(Int32Array.from(values), shape);
  const elements = Float32Array.from(values);
  return name.startsWith("running")
    ? new Buffer(tensor(elements, shape))
    : tensor(elements, shape, { requiresGrad: true });
}

function assertRight(actual: Tensor | null, expected: Elements, what: string): void {
  assert.ok(actual, `${what}: missing`);
  assert.deepEqual(actual.shape, expected.shape, `${what}: shape`);
  assertClose(actual.data(), expected.values, ofLargest(2e-6, 1), what);
}

test("every stored answer is used", () => answers.assertAllAsked(Object.keys(calls)));

for (const [name, call] of Object.entries(calls)) {
  test(`${name}: value and gradients are PyTorch's`, answers.needs(name), () => {
    const { inputs, result, weights, gradients, running } = answers.get(name);
    const isClass = (key: string): boolean => key === "target" && !name.startsWith("mse");
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([key, elements]) => [key, given(key, elements, isClass(key))]),
    ) as Inputs;
    const y = call(tensors);
    y.backward(tensor(Float32Array.from(weights.values), weights.shape));
    assertRight(y, result, "result");
    for (const [key, gradient] of Object.entries(gradients)) {
      assertRight(tensors[key as keyof Inputs].grad, gradient, `gradient of ${key}`);
    }
    for (const [key, after] of Object.entries(running)) assertRight(tensors[key as keyof Inputs], after, key);
  });
}

test("batchNorm's running statistics follow several steps, also before any of them is computed", () => {
  const [runningMean, runningVar] = [new Buffer(zeros([1])), new Buffer(ones([1]))];
  const x = tensor([1, 3, 5, 7], [4, 1, 1, 1]); // mean 4, unbiased variance 20/3
  for (let step = 0; step < 2; step++) F.batchNorm(x, runningMean, runningVar, { training: true, momentum: 0.5 });
  assert.deepEqual(runningMean.tolist(), [3]);
  assertCloseTo(runningVar.data()[0]!, 0.25 + 0.75 * (20 / 3), absolute(1e-6));
  F.batchNorm(x, runningMean, null, { training: true, momentum: tensor([0.25], []) });
  assert.deepEqual(runningMean.tolist(), [3.25]);
});

test("nllLoss does not look at the other classes' log-probabilities", () => {
  const input = tensor(
    [
      [-Infinity, -0.5],
      [-0.25, -Infinity],
    ],
    undefined,
    { requiresGrad: true },
  );
  const loss = F.nllLoss(input, tensor(Int32Array.of(1, 0)));
  loss.backward();
  assert.equal(loss.item(), 0.375);
  assert.deepEqual(input.grad!.tolist(), [
    [0, -0.5],
    [-0.5, 0],
  ]);
});

test("a mean over no target at all is NaN, as in PyTorch", () => {
  assert.ok(Number.isNaN(F.nllLoss(zeros([2, 3]), tensor(Int32Array.of(-100, -100))).item()));
});

test("a bias of integers is added as numbers, by the compiled engine too", () => {
  for (const engine of [referenceEngine, compiledEngine()]) {
    setEngine(engine);
    const image = ones([1, 1, 2, 2]);
    const bias = tensor(Int32Array.of(3, -2));
    const results = [
      conv2d(image, ones([2, 1, 1, 1]), bias),
      conv2d(image, ones([2, 1, 1, 1])).add(bias.view(1, 2, 1, 1)),
      conv2d(image, ones([2, 1, 1, 1])).sub(new Buffer(bias.neg()).view(2, 1, 1)),
    ];
    for (const y of results) assert.deepEqual(y.amax([2, 3]).tolist(), [[4, -1]]);
  }
  setEngine(referenceEngine);
});
