import * as facts from "../../../test/advice/layer-facts.js";
import { begin, block, body, end, flatten, logSoftmax, pool, rest } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import * as nn from "../../nn/index.js";
import { rule } from "./convolves-too-long.js";

testRule(rule, {
  deserving: [
    ["Conv2d", () => [...begin(), pool, ...block(16, 8, 1), ...rest(), ...block(16, 16), ...block(16, 16), ...end()]],
  ],
  sparing: [
    () => [...begin(), pool, ...block(16, 8, 1), ...rest(), ...block(16, 16, 2), ...end()],
    () => [...body(), new nn.Conv2d(16, 10, 6), flatten, logSoftmax],
  ],
  thresholds: [
    {
      what: "an output of fewer than 5 positions along both sides",
      said: facts.row(28, facts.conv(3, 1, 16, { gives: [16, 4, 4] }), facts.average, facts.predict),
      spared: facts.row(28, facts.conv(3, 1, 16, { gives: [16, 4, 5] }), facts.average, facts.predict),
    },
  ],
});
