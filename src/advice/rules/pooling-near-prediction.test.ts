import assert from "node:assert/strict";
import { test } from "node:test";
import * as facts from "../../../test/advice/layer-facts.js";
import { begin, block, body, end, pool } from "../../../test/advice/modules.js";
import { reasonOf, testRule } from "../../../test/advice/rule-cases.js";
import * as nn from "../../nn/index.js";
import { rule } from "./pooling-near-prediction.js";

testRule(rule, {
  deserving: [["MaxPool2d", () => [...body(), pool, ...end()]]],
  sparing: [
    () => [...begin(), pool, ...block(16, 16), ...block(16, 16), ...end()],
    () => [...body(), new nn.AvgPool2d(2), ...end()],
  ],
  thresholds: [
    {
      what: "fewer than two convolutions come after it",
      said: facts.row(28, facts.maxPool({ gives: [1, 14, 14] }), facts.conv(3, 1, 16), facts.average, facts.predict),
      spared: facts.row(
        28,
        facts.maxPool({ gives: [1, 14, 14] }),
        facts.conv(3, 1, 16),
        facts.conv(3, 16, 16),
        facts.average,
        facts.predict,
      ),
    },
  ],
});

test("pooling-near-prediction: the reason says whether no convolution or only one comes after it", () => {
  const of = (...after: facts.Given[]) =>
    facts.row(28, facts.maxPool({ gives: [1, 14, 14] }), ...after, facts.average, facts.predict);
  assert.match(reasonOf(rule, of()), /^no /);
  assert.match(reasonOf(rule, of(facts.conv(3, 1, 16))), /^only one /);
});
