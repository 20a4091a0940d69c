import assert from "node:assert/strict";
import { test } from "node:test";
import { average, body, classify, flatten } from "../../../test/advice/modules.js";
import { reasonOf, testRule } from "../../../test/advice/rule-cases.js";
import { inspectNetwork } from "../../inspect/inspect.js";
import * as nn from "../../nn/index.js";
import { rule } from "./softmax-axis.js";

testRule(rule, {
  deserving: [
    ["LogSoftmax", () => [...body(), average, classify(), flatten, new nn.LogSoftmax(0)]],
    ["Softmax", () => [...body(), average, classify(), flatten, new nn.Softmax(0)]],
    ["LogSoftmax", () => [...body(), average, classify(), new nn.LogSoftmax(2), flatten]],
    ["LogSoftmax", () => [...body(), average, classify(), new nn.LogSoftmax(-1), flatten]],
    ["LogSoftmax", () => [...body(), classify(), new nn.LogSoftmax(3)]],
  ],
  sparing: [
    () => [...body(), average, classify(), flatten, new nn.LogSoftmax(-1)],
    () => [...body(), average, classify(), new nn.LogSoftmax(1), flatten],
    () => [...body(), classify(), new nn.LogSoftmax(1)],
    // Attention over the positions of a map.
    () => [...body(), new nn.Softmax(2), average, classify(), flatten, new nn.LogSoftmax(1)],
  ],
});

test("softmax-axis says what is compared", () => {
  const reason = (...after: nn.Module[]): string =>
    reasonOf(rule, inspectNetwork(new nn.Sequential(...body(), ...after), [1, 28, 28]));
  assert.match(reason(average, classify(), flatten, new nn.LogSoftmax(0)), /the images of the batch/);
  assert.match(reason(average, classify(), new nn.LogSoftmax(2)), /axis 2 has a single element/);
  assert.match(
    reason(classify(), new nn.LogSoftmax(2)),
    /the 6 positions along the height of a map, not the 10 classes/,
  );
  assert.match(reason(classify(), new nn.LogSoftmax(3)), /along the width/);
});
