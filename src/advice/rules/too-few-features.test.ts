import assert from "node:assert/strict";
import { test } from "node:test";
import * as facts from "../../../test/advice/layer-facts.js";
import { average, block, body, classify, flatten, logSoftmax, relu } from "../../../test/advice/modules.js";
import { reasonOf, testRule } from "../../../test/advice/rule-cases.js";
import * as nn from "../../nn/index.js";
import { rule } from "./too-few-features.js";

testRule(rule, {
  deserving: [
    ["Conv2d", () => [...body(), ...block(16, 9), average, classify(9), flatten, logSoftmax]],
    ["Linear", () => [...body(), average, flatten, new nn.Linear(16, 4), relu, new nn.Linear(4, 10), logSoftmax]],
  ],
  sparing: [
    () => [...body(), ...block(16, 10), average, classify(10), flatten, logSoftmax],
    () => [...body(), ...block(16, 4, 1), new nn.Conv2d(4, 10, 6), flatten, logSoftmax],
  ],
  thresholds: [
    {
      what: "32 features are enough for any number of classes",
      said: facts.row(28, facts.conv(3, 1, 31, { gives: [31, 1, 1] }), facts.relu, facts.linear(31, 100)),
      spared: facts.row(28, facts.conv(3, 1, 32, { gives: [32, 1, 1] }), facts.relu, facts.linear(32, 100)),
    },
    {
      what: "fewer features than classes, for a fully connected layer",
      said: facts.row(28, facts.conv(3, 1, 9, { gives: [9, 1, 1] }), facts.relu, facts.linear(9, 10)),
      spared: facts.row(28, facts.conv(3, 1, 10, { gives: [10, 1, 1] }), facts.relu, facts.linear(10, 10)),
    },
    {
      what: "fewer features than classes, for a convolution: its window times its group's channels",
      said: facts.row(28, facts.conv(3, 1, 18), facts.relu, facts.conv([1, 3], 18, 10, { groups: 6 })),
      spared: facts.row(28, facts.conv(3, 1, 18), facts.relu, facts.conv([1, 3], 18, 10, { groups: 3 })),
    },
  ],
});

test("too-few-features: one feature is not called 1 features", () => {
  const of = (features: number) =>
    facts.row(28, facts.conv(3, 1, features, { gives: [features, 1, 1] }), facts.linear(features, 10));
  assert.match(reasonOf(rule, of(1)), / a single feature$/);
  assert.match(reasonOf(rule, of(2)), / 2 features$/);
});
