import assert from "node:assert/strict";
import { test } from "node:test";
import * as facts from "../../../test/advice/layer-facts.js";
import {
  average,
  begin,
  block,
  body,
  classify,
  end,
  flatten,
  logSoftmax,
  pool,
  rest,
} from "../../../test/advice/modules.js";
import { reasonOf, testRule } from "../../../test/advice/rule-cases.js";
import { rule } from "./transition-misplaced.js";

testRule(rule, {
  deserving: [
    ["Conv2d", () => [...begin(), ...block(16, 8, 1), ...rest(), pool, ...block(16, 16), ...block(16, 16), ...end()]],
    ["Conv2d", () => [...body(), ...block(16, 8, 1), average, classify(8), flatten, logSoftmax]],
  ],
  sparing: [() => [...begin(), ...block(16, 8, 1), pool, ...rest(), ...end()]],
  thresholds: [
    {
      what: "fewer than two convolutions come after it",
      said: facts.row(
        28,
        ...[facts.maxPool({ gives: [32, 14, 14] }), facts.conv(1, 32, 16)],
        ...[facts.conv(3, 16, 16), facts.average, facts.predict],
      ),
      spared: facts.row(
        28,
        ...[facts.maxPool({ gives: [32, 14, 14] }), facts.conv(1, 32, 16)],
        ...[facts.conv(3, 16, 16), facts.conv(3, 16, 16), facts.average, facts.predict],
      ),
    },
    {
      what: "a 1×1 convolution that reduces the channels",
      said: facts.row(28, facts.conv(1, 17, 16), facts.conv(3, 16, 16), facts.average, facts.predict),
      spared: facts.row(28, facts.conv(1, 16, 16), facts.conv(3, 16, 16), facts.average, facts.predict),
    },
  ],
});

test("transition-misplaced: the reason says whether no convolution or only one comes after it", () => {
  const of = (...after: facts.Given[]) =>
    facts.row(28, facts.maxPool(), facts.conv(1, 32, 16), ...after, facts.average, facts.predict);
  assert.match(reasonOf(rule, of()), /^no /);
  assert.match(reasonOf(rule, of(facts.conv(3, 16, 16))), /^only one /);
});
