import assert from "node:assert/strict";
import { test } from "node:test";
import { residualDown, seq } from "../../../test/advice/blocks.js";
import * as facts from "../../../test/advice/layer-facts.js";
import { begin, block, body, end } from "../../../test/advice/modules.js";
import { figuresIn, reasonOf, testRule } from "../../../test/advice/rule-cases.js";
import { inspectNetwork } from "../../inspect/inspect.js";
import * as nn from "../../nn/index.js";
import { rule } from "./skipped-pixels.js";

testRule(rule, {
  deserving: [
    ["Conv2d", () => [...begin(), ...block(16, 16, 1, { stride: 2 }), ...block(16, 16), ...end()]],
    ["Conv2d", () => [...begin(), ...block(16, 16, 2, { stride: [2, 3] }), ...block(16, 16), ...end()]],
    ["MaxPool2d", () => [...begin(), new nn.MaxPool2d(2, 3), ...block(16, 16), ...end()]],
  ],
  sparing: [
    () => [...body(), ...end()],
    () => [...begin(), residualDown(16, 16), ...end()],
    () => [...begin(), ...block(16, 16, 2, { stride: 2 }), ...end()],
  ],
  thresholds: [
    {
      what: "a stride beyond the kernel's size",
      said: facts.row(28, facts.conv(3, 1, 8, { stride: [3, 4] }), facts.relu, facts.average, facts.predict),
      spared: facts.row(28, facts.conv(3, 1, 8, { stride: [3, 3] }), facts.relu, facts.average, facts.predict),
    },
  ],
});

test("skipped-pixels: the reason has the sizes and the share that is never read", () => {
  const network = seq(...begin(), ...block(16, 16, 1, { stride: 2 }), ...block(16, 16), ...end());
  assert.deepEqual(figuresIn(reasonOf(rule, inspectNetwork(network, [1, 28, 28]))), [1, 1, 2, 2, 75]);
});
