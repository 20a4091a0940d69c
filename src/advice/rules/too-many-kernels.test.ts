import assert from "node:assert/strict";
import { test } from "node:test";
import * as facts from "../../../test/advice/layer-facts.js";
import { average, block, body, classify, end, flatten, logSoftmax, pool, rest } from "../../../test/advice/modules.js";
import { figuresIn, reasonOf, testRule } from "../../../test/advice/rule-cases.js";
import { rule } from "./too-many-kernels.js";

testRule(rule, {
  deserving: [["Conv2d", () => [...block(1, 8), ...block(8, 40), pool, ...block(40, 8, 1), ...rest(), ...end()]]],
  sparing: [
    () => [...block(1, 8), ...block(8, 32), pool, ...block(32, 8, 1), ...rest(), ...end()],
    () => [...body(), ...block(16, 40), average, classify(40), flatten, logSoftmax],
  ],
  thresholds: [
    {
      what: "more than 32 kernels",
      said: facts.row(28, facts.conv(3, 1, 33, { multiplyAdds: 100 }), facts.average, facts.predict),
      spared: facts.row(28, facts.conv(3, 1, 32, { multiplyAdds: 100 }), facts.average, facts.predict),
    },
    {
      what: "a third of the multiply-adds",
      said: facts.row(
        28,
        ...[facts.conv(3, 1, 33, { multiplyAdds: 100 }), facts.conv(3, 33, 8, { multiplyAdds: 100 })],
        ...[facts.conv(3, 8, 16, { multiplyAdds: 100 }), facts.average, facts.predict],
      ),
      spared: facts.row(
        28,
        ...[facts.conv(3, 1, 33, { multiplyAdds: 101 }), facts.conv(3, 33, 8, { multiplyAdds: 101 })],
        ...[facts.conv(3, 8, 16, { multiplyAdds: 101 }), facts.conv(1, 16, 10, { multiplyAdds: 1 })],
      ),
    },
  ],
});

test("too-many-kernels gives the share of the multiply-adds in percent", () => {
  const others = [facts.conv(3, 40, 8, { multiplyAdds: 200 }), facts.conv(3, 8, 16), facts.average, facts.predict];
  const of = facts.row(28, facts.conv(3, 1, 40, { multiplyAdds: 300 }), ...others);
  assert.deepEqual(figuresIn(reasonOf(rule, of)), [40, 60]);
});
