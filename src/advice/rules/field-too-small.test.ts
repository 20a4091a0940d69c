import * as facts from "../../../test/advice/layer-facts.js";
import { average, begin, block, classify, end, flatten, pool, relu } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import * as nn from "../../nn/index.js";
import { rule } from "./field-too-small.js";

testRule(rule, {
  deserving: [["Conv2d", () => [...begin(), ...block(16, 8, 1), average, classify(8), flatten]]],
  sparing: [
    // The hidden layer sees all positions.
    () => [...begin(), pool, flatten, new nn.Linear(16 * 144, 16), relu, new nn.Linear(16, 10)],
    () => [...begin(), ...block(16, 8), pool, ...block(8, 16), ...block(16, 16), ...end()],
  ],
  thresholds: [
    {
      what: "three quarters of a digit of 20 pixels, in an image of 28",
      said: facts.row(28, facts.conv(3, 1, 16, { sees: 14 }), facts.average, facts.predict),
      spared: facts.row(28, facts.conv(3, 1, 16, { sees: 15 }), facts.average, facts.predict),
    },
    {
      what: "three quarters of a digit of 23 pixels, in an image of 32",
      said: facts.row(32, facts.conv(3, 1, 16, { sees: 17 }), facts.average, facts.predict),
      spared: facts.row(32, facts.conv(3, 1, 16, { sees: 18 }), facts.average, facts.predict),
    },
    {
      what: "there is an image",
      said: facts.row(28, facts.conv(3, 1, 16, { sees: 1 }), facts.average, facts.predict),
      spared: facts.row(0, facts.conv(3, 1, 16, { sees: 0 }), facts.average, facts.predict),
    },
  ],
});
