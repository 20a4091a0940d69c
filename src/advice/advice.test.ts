/** Advice on whole networks. Each rule has its own test in rules/. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { average, begin, block, body, classify, end, flatten, pool } from "../../test/advice/modules.js";
import { networks } from "../exercise/networks.js";
import { inspectNetwork } from "../inspect/inspect.js";
import * as nn from "../nn/index.js";
import { functional as F } from "../nn/index.js";
import { setEngine } from "../runtime/realize.js";
import { WaitingWork } from "../runtime/waiting-work.js";
import type { Tensor } from "../tensor/tensor.js";
import { advise, formatAdvice } from "./advice.js";
import type { Advice } from "./rule.js";
import { adviceRules } from "./rules/index.js";

setEngine({
  waitingWork: new WaitingWork(),
  prepare() {
    throw new Error("something was computed");
  },
});

function adviceOn(...layers: nn.Module[]): Advice[] {
  return advise(inspectNetwork(new nn.Sequential(...layers), [1, 28, 28]));
}

for (const [name, makeNetwork] of Object.entries(networks)) {
  test(`the built-in network ${name} gets no advice`, () => {
    const inspection = inspectNetwork(makeNetwork(), [1, 28, 28]);
    assert.deepEqual(advise(inspection), []);
    assert.match(formatAdvice([], inspection), /^No advice/);
  });
}

test("neither does the network on which the rules' tests are based", () => {
  assert.deepEqual(adviceOn(...body(), ...end()), []);
});

test("neither does one that follows the rules with logits for crossEntropy and a little dropout", () => {
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

test("neither does one with a residual block that has a bottleneck", () => {
  class Bottleneck extends nn.Module {
    branch = new nn.Sequential(
      ...block(16, 4, 1),
      ...block(4, 4, 3, { padding: 1 }),
      new nn.Conv2d(4, 16, 1),
      new nn.BatchNorm2d(16),
    );
    override forward(x: Tensor): Tensor {
      return F.relu(this.branch(x).add(x));
    }
  }
  assert.deepEqual(adviceOn(...begin(), pool, ...block(16, 16), new Bottleneck(), ...block(16, 16), ...end()), []);
});

test("functions get the same advice as modules, in the order of the rules", () => {
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

test("docs/inspect.md quotes the rules as they are", () => {
  const text = fs.readFileSync(new URL("../../docs/inspect.md", import.meta.url), "utf8");
  const rows = [...text.matchAll(/^\| ([a-z-]+) \| (.*) \|$/gm)].filter(
    ([, name]) => name!.includes("-") && name !== "---",
  );
  assert.ok(rows.length > 15, "the table of rules was found");
  for (const [, name, meaning] of rows) {
    assert.equal(meaning, adviceRules.find((rule) => rule.name === name)?.meaning, `the row of ${name}`);
  }
});
