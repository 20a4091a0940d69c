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
      what: "a stem that halves an image of 64",
      said: facts.row(63, facts.conv(7, 3, 16, { stride: [2, 2] }), facts.average, facts.predict),
      spared: facts.row(64, facts.conv(7, 3, 16, { stride: [2, 2] }), facts.average, facts.predict),
    },
    {
      what: "patches that do not overlap",
      said: facts.row(28, facts.conv(7, 1, 16, { stride: [6, 7] }), facts.average, facts.predict),
      spared: facts.row(28, facts.conv(7, 1, 16, { stride: [7, 7] }), facts.average, facts.predict),
    },
    {
      what: "a side of 5",
      said: facts.row(28, facts.conv([5, 4], 1, 16), facts.average, facts.predict),
      spared: facts.row(28, facts.conv([4, 4], 1, 16), facts.average, facts.predict),
    },
    {
      what: "one row or column",
      said: facts.row(28, facts.conv([7, 2], 16, 16), facts.average, facts.predict),
      spared: facts.row(28, facts.conv([7, 1], 16, 16), facts.average, facts.predict),
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

const reasonFor = (
  kernel: number | readonly [number, number],
  from: number,
  to: number,
  more: Parameters<typeof facts.conv>[3] = {},
): string => reasonOf(rule, facts.row(28, facts.conv(kernel, from, to, more), facts.average, facts.predict));

test("large-kernel counts all weights, of 3×3 convolutions whose channels change in even steps", () => {
  // 25·16·16 = 6,400; 2·9·16·16 = 4,608.
  assert.equal(reasonFor(5, 16, 16), "its 5×5 kernel has 6,400 weights; two 3×3 convolutions (16→16→16) have 4,608");
  // 49·8·32 = 12,544; 9·(8·16 + 16·24 + 24·32) = 11,520.
  assert.equal(
    reasonFor(7, 8, 32),
    "its 7×7 kernel has 12,544 weights; three 3×3 convolutions (8→16→24→32) have 11,520",
  );
  assert.equal(
    reasonFor(5, 16, 16, { groups: 4 }),
    "its 5×5 kernel has 1,600 weights; two 3×3 convolutions (16→16→16) have 1,152",
  );
});

test("large-kernel claims no fewer weights where there are more of them, as after an image with one channel", () => {
  // 25·8 = 200; 9·(5 + 5·8) = 405.
  assert.equal(reasonFor(5, 1, 8), "two 3×3 convolutions see as much as its 5×5 kernel, with one more non-linearity");
  // 18·16 = 288; 9·(6 + 6·11 + 11·16) = 2,232.
  assert.equal(
    reasonFor([6, 3], 1, 16),
    "three 3×3 convolutions see as much as its 6×3 kernel, with two more non-linearities",
  );
  for (const channels of [1, 2, 3, 8, 16, 40]) {
    const figures = figuresIn(reasonFor(5, channels, 12).replaceAll(",", ""));
    const [own, theirs] = [figures[2], figures.at(-1)];
    if (figures.length > 4) assert.ok(theirs! < own!, `${channels} channels`);
  }
});
