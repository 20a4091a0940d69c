import assert from "node:assert/strict";
import { test } from "node:test";
import * as facts from "../../../test/advice/layer-facts.js";
import { begin, block, end, pool, rest } from "../../../test/advice/modules.js";
import { reasonOf, testRule } from "../../../test/advice/rule-cases.js";
import * as nn from "../../nn/index.js";
import { rule } from "./dropout-too-early.js";

testRule(rule, {
  deserving: [
    [
      "Dropout",
      () => [...block(1, 8), new nn.Dropout(0.2), ...block(8, 16), pool, ...block(16, 8, 1), ...rest(), ...end()],
    ],
  ],
  sparing: [
    // A 1×1 convolution is one, too.
    () => [
      ...[...block(1, 8), ...block(8, 8, 1), new nn.Dropout(0.2), ...block(8, 16), pool],
      ...[...block(16, 8, 1), ...rest(), ...end()],
    ],
    () => [...begin(), new nn.Dropout(0.2), pool, ...block(16, 8, 1), ...rest(), ...end()],
  ],
  thresholds: [
    {
      what: "fewer than two convolutions come before it",
      said: facts.row(
        28,
        facts.conv(3, 1, 8),
        facts.relu,
        facts.dropout(0.2),
        facts.conv(3, 8, 16),
        facts.average,
        facts.predict,
      ),
      spared: facts.row(
        28,
        facts.conv(3, 1, 8),
        facts.relu,
        facts.conv(3, 8, 8),
        facts.dropout(0.2),
        facts.conv(3, 8, 16),
        facts.average,
        facts.predict,
      ),
    },
    {
      what: "a little dropout does no harm",
      said: facts.row(28, facts.dropout(0.101), facts.conv(3, 1, 16), facts.relu, facts.average, facts.predict),
      spared: facts.row(28, facts.dropout(0.1), facts.conv(3, 1, 16), facts.relu, facts.average, facts.predict),
    },
  ],
});

test("dropout-too-early: the reason says whether no convolution or only one comes before it", () => {
  const of = (...before: facts.Given[]) => facts.row(28, ...before, facts.dropout(0.2), facts.average, facts.predict);
  assert.match(reasonOf(rule, of()), /^no /);
  assert.match(reasonOf(rule, of(facts.conv(3, 1, 16))), /^only one /);
});
