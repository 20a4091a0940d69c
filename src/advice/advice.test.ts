/** Every rule on a network that is made to deserve it; none on networks that follow the course. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as nn from "../nn/index.js";
import { functional as F } from "../nn/index.js";
import { setEngine } from "../runtime/realize.js";
import { WaitingWork } from "../runtime/waiting-work.js";
import type { Tensor } from "../tensor/tensor.js";
import { networks } from "../exercise/networks.js";
import { inspectNetwork } from "../inspect/inspect.js";
import { advise, adviceRules, formatAdvice } from "./advice.js";
import type { Advice } from "./rule.js";

setEngine({
  waitingWork: new WaitingWork(),
  prepare() {
    throw new Error("something was computed");
  },
});

function block(from: number, to: number, kernel = 3, options: nn.Conv2dOptions = {}): nn.Module[] {
  return [new nn.Conv2d(from, to, kernel, options), new nn.BatchNorm2d(to), new nn.ReLU()];
}

function adviceOn(...layers: nn.Module[]): Advice[] {
  return advise(inspectNetwork(new nn.Sequential(...layers), [1, 28, 28]));
}

const [pool, average, flatten] = [new nn.MaxPool2d(2), new nn.AdaptiveAvgPool2d(1), new nn.Flatten()];
const [relu, softmax, logSoftmax] = [new nn.ReLU(), new nn.Softmax(1), new nn.LogSoftmax(1)];
/** A body that deserves nothing, and ends in 16 channels. */
const begin = (): nn.Module[] => [...block(1, 8), ...block(8, 16)];
const rest = (): nn.Module[] => [...block(8, 16), ...block(16, 16), ...block(16, 16)];
const body = (): nn.Module[] => [...begin(), pool, ...block(16, 8, 1), ...rest()];
const classify = (channels = 16): nn.Module => new nn.Conv2d(channels, 10, 1);
const end = (): nn.Module[] => [average, classify(), flatten, logSoftmax];

/** For each rule networks that deserve it, with the name of the layer that is meant. */
const deserving: Readonly<Record<string, readonly (readonly [layer: string, layers: () => nn.Module[]])[]>> = {
  "relu-before-softmax": [
    ["ReLU", () => [...body(), average, classify(), relu, flatten, logSoftmax]],
    ["ReLU", () => [...body(), classify(), relu, average, flatten]],
  ],
  "softmax-twice": [["LogSoftmax", () => [...body(), average, classify(), flatten, softmax, logSoftmax]]],
  "softmax-before-loss": [["Softmax", () => [...body(), average, classify(), softmax, flatten]]],
  "dropout-before-prediction": [
    ["Dropout", () => [...body(), average, new nn.Dropout(0.1), classify(), flatten, logSoftmax]],
    ["Dropout", () => [...body(), new nn.Dropout(0.1), average, flatten, new nn.Linear(16, 10), logSoftmax]],
    ["Dropout", () => [...body(), average, classify(), new nn.Dropout(0.1), flatten, logSoftmax]],
  ],
  "batch-norm-before-prediction": [
    ["BatchNorm2d", () => [...body(), average, classify(), new nn.BatchNorm2d(10), flatten, logSoftmax]],
    ["BatchNorm2d", () => [...body(), average, new nn.BatchNorm2d(16), classify(), flatten, logSoftmax]],
  ],
  "flattened-pattern": [["Linear", () => [...body(), flatten, new nn.Linear(16 * 36, 10), logSoftmax]]],
  "too-few-features": [
    ["Conv2d", () => [...body(), ...block(16, 9), average, classify(9), flatten, logSoftmax]],
    ["Linear", () => [...body(), average, flatten, new nn.Linear(16, 4), relu, new nn.Linear(4, 10), logSoftmax]],
  ],
  "batch-norm-missing": [
    [
      "Conv2d",
      () => [
        new nn.Conv2d(1, 8, 3),
        relu,
        new nn.Conv2d(8, 16, 3),
        relu,
        pool,
        ...block(16, 8, 1),
        ...rest(),
        ...end(),
      ],
    ],
    ["Conv2d", () => [new nn.Conv2d(1, 8, 5), relu, new nn.Conv2d(8, 16, 3), relu, average, classify(), flatten]],
  ],
  "no-activation": [
    [
      "Conv2d",
      () => [
        new nn.Conv2d(1, 8, 3),
        new nn.BatchNorm2d(8),
        ...block(8, 16),
        pool,
        ...block(16, 8, 1),
        ...rest(),
        ...end(),
      ],
    ],
  ],
  "dropout-beside-batch-norm": [
    ["Dropout", () => [...begin(), pool, ...block(16, 8, 1), new nn.Dropout(0.5), ...rest(), ...end()]],
  ],
  "dropout-too-early": [
    [
      "Dropout",
      () => [...block(1, 8), new nn.Dropout(0.1), ...block(8, 16), pool, ...block(16, 8, 1), ...rest(), ...end()],
    ],
  ],
  "large-kernel": [
    ["Conv2d", () => [...block(1, 8, 5), ...block(8, 16), pool, ...block(16, 8, 1), ...rest(), ...end()]],
  ],
  "convolves-too-long": [
    ["Conv2d", () => [...begin(), pool, ...block(16, 8, 1), ...rest(), ...block(16, 16), ...block(16, 16), ...end()]],
  ],
  "field-too-small": [
    ["Conv2d", () => [...begin(), ...block(16, 8, 1, {}), ...end().slice(0, 1), classify(8), flatten]],
  ],
  "field-complete-long-ago": [
    [
      "Conv2d",
      () => [
        ...begin(),
        pool,
        ...block(16, 8, 1),
        ...block(8, 8, 3, { padding: 4, dilation: 4 }),
        ...block(8, 8, 3, { padding: 4, dilation: 4 }),
        ...block(8, 8, 3, { padding: 1 }),
        ...block(8, 16, 3, { padding: 1 }),
        ...end(),
      ],
    ],
  ],
  "pooling-too-early": [["MaxPool2d", () => [...block(1, 16), pool, ...block(16, 8, 1), ...rest(), ...end()]]],
  "pooling-near-prediction": [["MaxPool2d", () => [...body(), pool, ...end()]]],
  "transition-misplaced": [
    ["Conv2d", () => [...begin(), ...block(16, 8, 1), ...rest(), pool, ...block(16, 16), ...block(16, 16), ...end()]],
    ["Conv2d", () => [...body(), ...block(16, 8, 1), average, classify(8), flatten, logSoftmax]],
  ],
  "too-many-kernels": [
    ["Conv2d", () => [...block(1, 8), ...block(8, 40), pool, ...block(40, 8, 1), ...rest(), ...end()]],
  ],
  "too-many-parameters": [
    ["Conv2d", () => [...begin(), pool, ...block(16, 48), ...block(48, 48), average, classify(48), flatten]],
  ],
};

/** For each rule networks that come near to deserving it, and do not. */
const sparing: Readonly<Record<string, readonly (() => nn.Module[])[]>> = {
  "relu-before-softmax": [() => [...body(), average, relu, classify(), flatten, logSoftmax]],
  "softmax-twice": [() => [...begin(), softmax, pool, ...block(16, 8, 1), ...rest(), ...end()]],
  "softmax-before-loss": [
    () => [...body(), average, classify(), flatten],
    () => [...begin(), softmax, pool, ...block(16, 8, 1), ...rest(), ...end()],
  ],
  "dropout-before-prediction": [
    () => [...begin(), pool, new nn.Dropout(0.1), ...block(16, 8, 1), ...rest(), ...end()],
    () => [...body(), average, new nn.Dropout(0), classify(), flatten, logSoftmax],
  ],
  "batch-norm-before-prediction": [
    () => [...body(), average, new nn.BatchNorm2d(16), relu, classify(), flatten, logSoftmax],
  ],
  "flattened-pattern": [() => [...body(), average, flatten, new nn.Linear(16, 10), logSoftmax]],
  "too-few-features": [
    () => [...body(), ...block(16, 10), average, classify(10), flatten, logSoftmax],
    () => [...body(), ...block(16, 4, 1), new nn.Conv2d(4, 10, 6), flatten, logSoftmax],
  ],
  "batch-norm-missing": [
    () => [new nn.Conv2d(1, 16, 3), relu, average, classify(), flatten, logSoftmax],
    // Before the convolution and its ReLU instead of after them.
    () => [
      ...[new nn.BatchNorm2d(1), new nn.Conv2d(1, 8, 3), relu],
      ...[new nn.BatchNorm2d(8), new nn.Conv2d(8, 16, 3), relu, ...end()],
    ],
  ],
  "no-activation": [
    () => [new nn.Conv2d(1, 8, 3), pool, ...block(8, 16), ...rest().slice(3), ...end()],
    () => [...begin(), new nn.Conv2d(16, 16, 3, { groups: 16 }), ...block(16, 16, 1), ...end()],
  ],
  "dropout-beside-batch-norm": [
    () => [new nn.Conv2d(1, 8, 3), relu, new nn.Conv2d(8, 16, 3), relu, new nn.Dropout(0.5), ...end()],
    () => [...begin(), pool, ...block(16, 8, 1), new nn.Dropout(0.4), ...rest(), ...end()],
  ],
  "dropout-too-early": [() => [...begin(), new nn.Dropout(0.1), pool, ...block(16, 8, 1), ...rest(), ...end()]],
  "large-kernel": [() => [...body(), new nn.Conv2d(16, 10, 6), flatten, logSoftmax]],
  "convolves-too-long": [
    () => [...begin(), pool, ...block(16, 8, 1), ...rest(), ...block(16, 16, 2), ...end()],
    () => [...body(), new nn.Conv2d(16, 10, 6), flatten, logSoftmax],
  ],
  "field-too-small": [() => [...begin(), ...block(16, 8), pool, ...block(8, 16), ...block(16, 16), ...end()]],
  "field-complete-long-ago": [
    () => [...begin(), pool, ...block(16, 8, 3, { padding: 6, dilation: 6 }), ...block(8, 16), ...end()],
  ],
  "pooling-too-early": [() => [...block(1, 16, 5), pool, ...block(16, 8, 1), ...rest(), ...end()]],
  "pooling-near-prediction": [
    () => [...begin(), pool, ...block(16, 16), ...block(16, 16), ...end()],
    () => [...body(), new nn.AvgPool2d(2), ...end()],
  ],
  "transition-misplaced": [() => [...begin(), ...block(16, 8, 1), pool, ...rest(), ...end()]],
  "too-many-kernels": [
    () => [...block(1, 8), ...block(8, 32), pool, ...block(32, 8, 1), ...rest(), ...end()],
    () => [...body(), ...block(16, 40), average, classify(40), flatten, logSoftmax],
  ],
  "too-many-parameters": [
    () => [...begin(), pool, ...block(16, 40), ...block(40, 32), average, classify(32), flatten, logSoftmax],
  ],
};

test("there is a case for and one against every rule, and names are distinct", () => {
  const names = adviceRules.map(({ name }) => name).sort();
  assert.deepEqual(Object.keys(deserving).sort(), names);
  assert.deepEqual(Object.keys(sparing).sort(), names);
});

for (const [rule, cases] of Object.entries(deserving)) {
  for (const [at, [kind, layers]] of cases.entries()) {
    test(`${rule} is said of a network that deserves it (${at + 1})`, () => {
      const inspection = inspectNetwork(new nn.Sequential(...layers()), [1, 28, 28]);
      const given = advise(inspection);
      const found = given.filter((one) => one.rule === rule);
      assert.ok(found.length > 0, `only ${given.map((one) => one.rule).join(", ")}`);
      for (const { layer, reason, meaning, suggestion } of found) {
        assert.equal(inspection.layers[layer]!.name, kind);
        for (const words of [reason, meaning, suggestion]) assert.ok(words.length > 20, words);
      }
      assert.match(
        formatAdvice(given, inspection),
        new RegExp(`^${rule}, layer \\d+ \\(.*${kind}.*\\): .+\\.\\n {2}.+\\n {2}Try: .+`, "m"),
      );
    });
  }
}

for (const [rule, cases] of Object.entries(sparing)) {
  for (const [at, layers] of cases.entries()) {
    test(`${rule} is not said of a network that comes near to it (${at + 1})`, () => {
      assert.deepEqual(
        adviceOn(...layers()).filter((one) => one.rule === rule),
        [],
      );
    });
  }
}

for (const [name, makeNetwork] of Object.entries(networks)) {
  test(`the built-in network ${name} gets no advice`, () => {
    const inspection = inspectNetwork(makeNetwork(), [1, 28, 28]);
    assert.deepEqual(advise(inspection), []);
    assert.match(formatAdvice([], inspection), /^No advice/);
  });
}

test("nor does another that keeps to the course, with logits for crossEntropy and a little dropout", () => {
  assert.deepEqual(
    adviceOn(
      ...block(1, 10, 3, { padding: 1, bias: false }),
      ...block(10, 16, 3, { bias: false }),
      ...block(16, 20, 3, { bias: false }),
      pool,
      ...block(20, 10, 1),
      new nn.Dropout(0.05),
      ...block(10, 16),
      ...block(16, 16),
      new nn.Conv2d(16, 10, 1),
      average,
      flatten,
    ),
    [],
  );
});

test("nor one with a residual block that is narrow in the middle", () => {
  class Narrow extends nn.Module {
    way = new nn.Sequential(
      ...block(16, 4, 1),
      ...block(4, 4, 3, { padding: 1 }),
      new nn.Conv2d(4, 16, 1),
      new nn.BatchNorm2d(16),
    );
    override forward(x: Tensor): Tensor {
      return F.relu(this.way(x).add(x));
    }
  }
  assert.deepEqual(adviceOn(...begin(), pool, ...block(16, 16), new Narrow(), ...block(16, 16), ...end()), []);
});

test("advice is on functions as on modules", () => {
  class Net extends nn.Module {
    body = new nn.Sequential(...body());
    classify = classify();
    override forward(x: Tensor): Tensor {
      x = F.dropout(this.body(x).mean([2, 3], true), 0.3, this.training);
      return F.softmax(F.relu(this.classify(x)).view(-1, 10), 1);
    }
  }
  const inspection = inspectNetwork(new Net(), [1, 28, 28]);
  assert.deepEqual(
    advise(inspection).map(({ rule, layer }) => [rule, inspection.layers[layer]!.name]),
    [
      ["relu-before-softmax", "relu"],
      ["softmax-before-loss", "softmax"],
      ["dropout-before-prediction", "dropout"],
    ],
  );
});
