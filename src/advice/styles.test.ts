/** Advice on networks in other people's styles: exactly what an experienced teacher would say, and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { classicNetworks } from "../../test/advice/networks/classic.js";
import { mobileNetworks } from "../../test/advice/networks/mobile.js";
import { modernNetworks } from "../../test/advice/networks/modern.js";
import { residualNetworks } from "../../test/advice/networks/residual.js";
import { styles as exercises } from "../../test/advice/networks.js";
import type { Styled } from "../../test/advice/styled.js";
import {
  average,
  block,
  body,
  classify,
  end,
  flatten,
  logSoftmax,
  pool,
  relu,
  rest,
  softmax,
} from "../../test/advice/modules.js";
import { inspectNetwork } from "../inspect/inspect.js";
import * as nn from "../nn/index.js";
import { advise, formatAdvice, type AdviceOptions } from "./advice.js";

/** Each piece of advice as the rule's name and the position of its layer. */
const adviceOn = (network: nn.Module, input: readonly number[]): string[] =>
  advise(inspectNetwork(network, input)).map(({ rule, layer }) => `${rule} ${layer}`);

const styles: Readonly<Record<string, Styled>> = {
  ...exercises,
  ...classicNetworks,
  ...residualNetworks,
  ...mobileNetworks,
  ...modernNetworks,
};

/** Those that get any. */
const said: Readonly<Record<string, readonly string[]>> = {
  "LeNet-5": [
    "flattened-pattern 8",
    "batch-norm-missing 1",
    "large-kernel 1",
    "large-kernel 4",
    "too-many-parameters 8",
  ],
  "fire modules": ["batch-norm-missing 8"],
  "too small a network": ["field-too-small 5", "pooling-too-early 4", "pooling-near-prediction 4"],
  "too large a network": ["flattened-pattern 15", "field-too-small 11", "too-many-kernels 4", "too-many-parameters 8"],
  "Inception with a pooling branch": ["large-kernel 20", "large-kernel 40"],
  "Inception in GoogLeNet's way": ["dropout-before-prediction 54", "large-kernel 24", "large-kernel 44"],
  SqueezeNet: ["relu-before-softmax 35", "dropout-before-prediction 33", "batch-norm-missing 1", "pooling-too-early 3"],
  "GELU after depthwise 7×7": ["too-few-features 41"],
  "LeNet-5 with sigmoids": [
    "flattened-pattern 8",
    "batch-norm-missing 1",
    "large-kernel 1",
    "large-kernel 4",
    "too-many-parameters 8",
  ],
  "PyTorch's example for MNIST": [
    "flattened-pattern 8",
    "batch-norm-missing 1",
    "too-many-kernels 3",
    "too-many-parameters 8",
  ],
  "PyTorch's older example for MNIST": [
    "dropout-before-prediction 11",
    "flattened-pattern 9",
    "batch-norm-missing 1",
    "large-kernel 1",
    "large-kernel 4",
    "too-many-parameters 9",
  ],
  "PyTorch's tutorial for CIFAR": ["flattened-pattern 8", "batch-norm-missing 1", "large-kernel 1", "large-kernel 4"],
  AlexNet: ["flattened-pattern 16", "batch-norm-missing 1", "large-kernel 4", "field-complete-long-ago 9"],
  "VGG with a large linear head": ["flattened-pattern 30"],
  "all convolutions, with dropout at the input": [
    "relu-before-softmax 21",
    "batch-norm-missing 2",
    "dropout-too-early 1",
  ],
  "a network in a network, with large kernels": ["large-kernel 1", "large-kernel 11"],
  "the first layers of a CapsNet": ["large-kernel 1", "large-kernel 3", "too-many-parameters 3"],
  "a likelihood whose logarithm is taken": ["log-of-softmax 24"],
  "1×1 convolutions only": ["field-too-small 7"],
  "kernels of 9×9 and 13×13": ["large-kernel 1", "large-kernel 4", "too-many-parameters 4"],
  "no padding anywhere": ["field-too-small 18"],
  "a multilayer perceptron": ["no-convolution 2", "too-many-parameters 2"],
  "a perceptron with dropout for colour images": ["no-convolution 2"],
  "softmax regression": ["no-convolution 2"],
  "softmax regression in two classes": ["no-convolution 2"],
  "a single output with a sigmoid": ["field-too-small 18"],
  "the course's later style, with a little dropout after each layer": ["dropout-before-prediction 25"],
  "a network of Kaggle's for MNIST": ["large-kernel 7", "large-kernel 17", "too-many-parameters 21"],
  "a VGG for CIFAR with 64 kernels": ["pooling-near-prediction 14"],
  "a small VGG without batch norm for cats and dogs": [
    "flattened-pattern 11",
    "batch-norm-missing 1",
    "pooling-too-early 3",
  ],
};

for (const [name, { make, input = [1, 28, 28] }] of Object.entries(styles)) {
  const expected = said[name] ?? [];
  test(`${name}: ${expected.join(", ") || "no advice"}`, () => assert.deepEqual(adviceOn(make(), input), expected));
}

test("every network that gets advice is among the styles", () => {
  assert.deepEqual(
    Object.keys(said).filter((name) => !(name in styles)),
    [],
  );
});

const [conv1, bn1] = [new nn.Conv2d(1, 8, 3), new nn.BatchNorm2d(8)];
const mistakes: readonly (readonly [what: string, layers: readonly nn.Module[], expected: readonly string[]])[] = [
  [
    "dropout before the prediction",
    [...body(), average, new nn.Dropout(0.2), classify(), flatten, logSoftmax],
    ["dropout-before-prediction 21"],
  ],
  [
    "dropout on the logits",
    [...body(), average, classify(), new nn.Dropout(0.01), flatten, logSoftmax],
    ["dropout-before-prediction 22"],
  ],
  [
    "dropout after the first convolution",
    [...block(1, 8), new nn.Dropout(0.25), ...body().slice(3), ...end()],
    ["dropout-too-early 4"],
  ],
  ["ReLU on the logits", [...body(), average, classify(), relu, flatten, logSoftmax], ["relu-before-softmax 22"]],
  [
    "sigmoid on the logits",
    [...body(), average, classify(), new nn.Sigmoid(), flatten, logSoftmax],
    ["relu-before-softmax 22"],
  ],
  [
    "batch norm last",
    [...body(), average, classify(), new nn.BatchNorm2d(10), flatten, logSoftmax],
    ["batch-norm-before-prediction 22"],
  ],
  [
    "a large kernel",
    [...block(1, 8, 7), ...block(8, 16), pool, ...block(16, 8, 1), ...rest(), ...end()],
    ["large-kernel 1", "convolves-too-long 17"],
  ],
  ["no activation", [conv1, bn1, ...block(8, 16), pool, ...block(16, 8, 1), ...rest(), ...end()], ["no-activation 3"]],
  [
    "pooling after the first convolution",
    [...block(1, 8), pool, ...block(8, 16), ...block(16, 16), ...block(16, 16), ...end()],
    ["pooling-too-early 4"],
  ],
  [
    "a transition without pooling",
    [...body().slice(0, 6), ...body().slice(7), ...end()],
    ["field-too-small 16", "transition-misplaced 7"],
  ],
  ["softmax twice", [...body(), average, classify(), flatten, softmax, logSoftmax], ["softmax-twice 24"]],
  ["softmax instead of logSoftmax", [...body(), average, classify(), flatten, softmax], ["softmax-before-loss 23"]],
  ["logSoftmax over the batch", [...body(), average, classify(), flatten, new nn.LogSoftmax(0)], ["softmax-axis 23"]],
  ["logSoftmax over the height", [...body(), average, classify(), new nn.LogSoftmax(2), flatten], ["softmax-axis 22"]],
  ["logSoftmax before the mean", [...body(), classify(), logSoftmax, average, flatten], ["softmax-before-mean 21"]],
  [
    "no batch norm after one of them",
    [...block(1, 8), new nn.Conv2d(8, 16, 3), relu, pool, ...block(16, 8, 1), ...rest(), ...end()],
    ["batch-norm-missing 4"],
  ],
];
for (const [what, layers, expected] of mistakes) {
  test(`${what}: ${expected.join(", ")}`, () => {
    assert.deepEqual(adviceOn(new nn.Sequential(...layers), [1, 28, 28]), expected);
  });
}

test("advice speaks of digits and of the exercise's limit only for images 1×28×28 in ten classes", () => {
  const said = (channels: number, size: number, classes: number, options: AdviceOptions = {}): string => {
    const layers = [...block(channels, 64), ...block(64, 64), average, classify(64, classes), flatten, logSoftmax];
    const inspection = inspectNetwork(new nn.Sequential(...layers), [channels, size, size]);
    return formatAdvice(advise(inspection, options), inspection);
  };
  assert.match(said(1, 28, 10), /a digit is about 20 pixels high[^]*The exercise allows fewer than 20,000 parameters/);
  const fashion = said(1, 28, 10, { exercise: false });
  for (const other of [said(3, 32, 10), said(1, 28, 26), said(1, 32, 10), fashion]) {
    assert.match(other, /field-too-small/);
    assert.doesNotMatch(other, /digit|exercise|20,000/);
  }
});
