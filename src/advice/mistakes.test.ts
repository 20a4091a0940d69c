/** Networks with mistakes that people make, in their styles: the rule that has to find each. Other advice may come with it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { conv, custom, GroupNorm, padded, seq } from "../../test/advice/blocks.js";
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
} from "../../test/advice/modules.js";
import { inspectNetwork } from "../inspect/inspect.js";
import * as nn from "../nn/index.js";
import { functional as F } from "../nn/index.js";
import { advise } from "./advice.js";

const sigmoid = new nn.Sigmoid();
const onMap = (...last: nn.Module[]): nn.Module => seq(...body(), average, classify(), ...last);
const linear = (from: number, to: number): nn.Module => new nn.Linear(from, to);
/** A network with this in place of its second block. */
const inside = (...modules: nn.Module[]): nn.Module =>
  seq(...block(1, 8), ...modules, pool, ...block(16, 8, 1), ...rest(), ...end());

const mistakes: Readonly<Record<string, readonly [rule: string, network: () => nn.Module]>> = {
  "softmax, then log, as functions": [
    "log-of-softmax",
    () => custom((x, net) => F.softmax(net(x), 1).log(), onMap(flatten)),
  ],
  "softmax, then log with an epsilon": [
    "log-of-softmax",
    () => custom((x, net) => F.softmax(net(x), 1).add(1e-9).log(), onMap(flatten)),
  ],
  "softmax on the map, then log": [
    "log-of-softmax",
    () =>
      onMap(
        new nn.Softmax(1),
        custom((x) => x.log()),
        flatten,
      ),
  ],
  "two softmaxes as functions": [
    "softmax-twice",
    () => custom((x, net) => F.logSoftmax(F.softmax(net(x), 1), 1), onMap(flatten)),
  ],
  "log-softmax over the batch": ["softmax-axis", () => custom((x, net) => F.logSoftmax(net(x), 0), onMap(flatten))],
  "log-softmax over the last axis of a map": [
    "softmax-axis",
    () => custom((x, net) => F.logSoftmax(net(x), -1).view(-1, 10), onMap()),
  ],
  "a sigmoid for crossEntropy": ["relu-before-softmax", () => onMap(flatten, sigmoid)],
  "a tanh at the end": ["relu-before-softmax", () => onMap(flatten, new nn.Tanh())],
  "ReLU on the logits, as a function": [
    "relu-before-softmax",
    () => custom((x, net) => F.logSoftmax(F.relu(net(x)).view(-1, 10), 1), onMap()),
  ],
  "a block as prediction": [
    "relu-before-softmax",
    () => seq(...body(), average, ...block(16, 10, 1), flatten, logSoftmax),
  ],
  "batch norm on the logits": [
    "batch-norm-before-prediction",
    () => onMap(new nn.BatchNorm2d(10), flatten, logSoftmax),
  ],
  "GroupNorm on the logits": ["batch-norm-before-prediction", () => onMap(new GroupNorm(2, 10), flatten, logSoftmax)],
  "dropout on the logits": ["dropout-before-prediction", () => onMap(flatten, new nn.Dropout(0.5), logSoftmax)],
  "dropout on the log-likelihoods": [
    "dropout-before-prediction",
    () => onMap(flatten, logSoftmax, new nn.Dropout(0.1)),
  ],
  "no activation, two convolutions in a row": ["no-activation", () => inside(conv(8, 8), conv(8, 16), relu)],
  "no activation, with batch norm between": [
    "no-activation",
    () => inside(conv(8, 8), new nn.BatchNorm2d(8), conv(8, 16), new nn.BatchNorm2d(16), relu),
  ],
  "no activation, with a view between": [
    "no-activation",
    () =>
      custom(
        (x, first, second, last) => last(second(first(x).view(-1, 8, 26, 26))),
        conv(1, 8),
        conv(8, 16),
        seq(relu, pool, ...block(16, 8, 1), ...rest(), ...end()),
      ),
  ],
  "no activation, with a sum of two convolutions between": [
    "no-activation",
    () =>
      inside(
        custom((x, a, b, c) => c(a(x).add(b(x))), conv(8, 8, 3, padded), conv(8, 8, 1), conv(8, 16)),
        new nn.BatchNorm2d(16),
        relu,
      ),
  ],
  "no activation, with a mean pooling between": [
    "no-activation",
    () => seq(...block(1, 8), conv(8, 16), new nn.AvgPool2d(2), conv(16, 16), relu, ...block(16, 16), ...end()),
  ],
  "no activation between linear layers": [
    "no-activation",
    () => seq(...body(), average, flatten, linear(16, 32), linear(32, 10), logSoftmax),
  ],
  "no activation at all": [
    "no-activation",
    () => seq(conv(1, 8), conv(8, 16), pool, conv(16, 16), conv(16, 16), ...end()),
  ],
  "pooling after one convolution": [
    "pooling-too-early",
    () => seq(...block(1, 16), pool, ...block(16, 16), pool, ...block(16, 16), ...block(16, 16), ...end()),
  ],
  "pooling the pixels": [
    "pooling-too-early",
    () => seq(pool, ...block(1, 16), ...block(16, 16), ...block(16, 16), ...end()),
  ],
  "pooling the last map": [
    "pooling-near-prediction",
    () => seq(...body(), pool, average, classify(), flatten, logSoftmax),
  ],
  "a stride that skips pixels, in a 1×1 convolution": [
    "skipped-pixels",
    () => seq(...block(1, 8), ...block(8, 16), ...block(16, 16, 1, { stride: 2 }), ...rest16(), ...end()),
  ],
  "a stride beyond the kernel's size": [
    "skipped-pixels",
    () => seq(...block(1, 8), ...block(8, 16), conv(16, 16, 2, { stride: 3 }), new nn.BatchNorm2d(16), relu, ...block(16, 16), ...end()), // prettier-ignore
  ],
  "no padding, until the map is a single position": [
    "convolves-too-long",
    () => seq(...body(), ...block(16, 16), ...block(16, 16), classify(), flatten, logSoftmax),
  ],
  "a field of three pixels": ["field-too-small", () => seq(...block(1, 16), average, classify(), flatten, logSoftmax)],
  "most parameters in one layer": [
    "too-many-parameters",
    () =>
      seq(
        ...block(1, 8),
        ...block(8, 16),
        pool,
        ...block(16, 16),
        flatten,
        linear(1600, 64),
        relu,
        linear(64, 10),
        logSoftmax,
      ),
  ],
  "one layer without batch norm": ["batch-norm-missing", () => inside(conv(8, 16), relu)],
  "strong dropout in each block": [
    "dropout-beside-batch-norm",
    () => seq(...block(1, 8), ...block(8, 16), new nn.Dropout(0.5), pool, ...block(16, 8, 1), ...rest(), ...end()),
  ],
};

function rest16(): nn.Module[] {
  return [...block(16, 16), ...block(16, 16), ...block(16, 16)];
}

for (const [what, [rule, network]] of Object.entries(mistakes)) {
  test(`${what}: ${rule}`, () => {
    const found = advise(inspectNetwork(network(), [1, 28, 28])).map((one) => one.rule);
    assert.ok(found.includes(rule), `${rule} is not among ${found.join(", ") || "no advice"}`);
  });
}
