import * as facts from "../../../test/advice/layer-facts.js";
import { average, begin, block, classify, flatten, logSoftmax, pool } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import { rule } from "./too-many-parameters.js";

testRule(rule, {
  deserving: [["Conv2d", () => [...begin(), pool, ...block(16, 48), ...block(48, 48), average, classify(48), flatten]]],
  sparing: [() => [...begin(), pool, ...block(16, 40), ...block(40, 32), average, classify(32), flatten, logSoftmax]],
  thresholds: [
    {
      what: "20,000 parameters are not allowed, 19,999 are",
      said: facts.row(28, facts.conv(3, 1, 16, { parameters: 19_000 }), facts.average, {
        ...facts.predict,
        parameters: 1000,
      }),
      spared: facts.row(28, facts.conv(3, 1, 16, { parameters: 19_000 }), facts.average, {
        ...facts.predict,
        parameters: 999,
      }),
    },
  ],
});
