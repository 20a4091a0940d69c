import assert from "node:assert/strict";
import { test } from "node:test";
import * as facts from "../../../test/advice/layer-facts.js";
import { block, body, end, flatten, logSoftmax, pool, rest } from "../../../test/advice/modules.js";
import { figuresIn, reasonOf, testRule } from "../../../test/advice/rule-cases.js";
import * as nn from "../../nn/index.js";
import { rule } from "./large-kernel.js";

testRule(rule, {
  deserving: [["Conv2d", () => [...block(1, 8, 5), ...block(8, 16), pool, ...block(16, 8, 1), ...rest(), ...end()]]],
  sparing: [() => [...body(), new nn.Conv2d(16, 10, 6), flatten, logSoftmax]],
  thresholds: [
    {
      what: "a depthwise kernel is cheap",
      said: facts.row(28, facts.conv(7, 8, 8, { groups: 4 }), facts.average, facts.predict),
      spared: facts.row(28, facts.conv(7, 8, 8, { groups: 8 }), facts.average, facts.predict),
    },
    {
      what: "a stem that halves an image of 96",
      said: facts.row(95, facts.conv(7, 3, 16, { stride: [2, 2] }), facts.average, facts.predict),
      spared: facts.row(96, facts.conv(7, 3, 16, { stride: [2, 2] }), facts.average, facts.predict),
    },
    {
      what: "patches that do not overlap",
      said: facts.row(28, facts.conv(7, 1, 16, { stride: [6, 7] }), facts.average, facts.predict),
      spared: facts.row(28, facts.conv(7, 1, 16, { stride: [7, 7] }), facts.average, facts.predict),
    },
    {
      what: "a side of 5",
      said: facts.row(28, facts.conv([5, 1], 1, 16), facts.average, facts.predict),
      spared: facts.row(28, facts.conv([4, 4], 1, 16), facts.average, facts.predict),
    },
    {
      what: "a kernel as large as its input is not a window that slides",
      said: facts.row(
        28,
        facts.maxPool({ gives: [1, 5, 6] }),
        facts.conv(5, 1, 16, { gives: [16, 1, 2] }),
        facts.average,
        facts.predict,
      ),
      spared: facts.row(
        28,
        facts.maxPool({ gives: [1, 5, 5] }),
        facts.conv(5, 1, 16, { gives: [16, 1, 1] }),
        facts.average,
        facts.predict,
      ),
    },
  ],
});

test("large-kernel works out how many 3×3 convolutions see as much, and how many weights they have", () => {
  const of = (kernel: number | readonly [number, number]) =>
    facts.row(28, facts.conv(kernel, 1, 16), facts.average, facts.predict);
  // 5×5 = 25 weights; two of 3×3 have 18.
  assert.deepEqual(figuresIn(reasonOf(rule, of(5))), [5, 5, 25, 2, 3, 3, 18]);
  assert.deepEqual(figuresIn(reasonOf(rule, of(7))), [7, 7, 49, 3, 3, 3, 27]);
  assert.deepEqual(figuresIn(reasonOf(rule, of([6, 3]))), [6, 3, 18, 3, 3, 3, 27]);
});
