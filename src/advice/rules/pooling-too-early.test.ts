import * as facts from "../../../test/advice/layer-facts.js";
import { block, end, pool, rest } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import { rule } from "./pooling-too-early.js";

testRule(rule, {
  deserving: [["MaxPool2d", () => [...block(1, 16), pool, ...block(16, 8, 1), ...rest(), ...end()]]],
  sparing: [() => [...block(1, 16, 5), pool, ...block(16, 8, 1), ...rest(), ...end()]],
  thresholds: [
    {
      what: "a value has seen less than 5×5 pixels",
      said: facts.row(
        28,
        facts.conv(3, 1, 16, { sees: 4 }),
        facts.maxPool({ gives: [16, 12, 12] }),
        facts.average,
        facts.predict,
      ),
      spared: facts.row(
        28,
        facts.conv(3, 1, 16, { sees: 5 }),
        facts.maxPool({ gives: [16, 12, 12] }),
        facts.average,
        facts.predict,
      ),
    },
    {
      what: "the output has more than one position",
      said: facts.row(
        28,
        facts.conv(3, 1, 16, { sees: 3 }),
        facts.maxPool({ gives: [16, 2, 1] }),
        facts.average,
        facts.predict,
      ),
      spared: facts.row(28, facts.conv(3, 1, 16, { sees: 3 }), facts.maxPool({ gives: [16, 1, 1] }), facts.predict),
    },
    {
      what: "there is an image",
      said: facts.row(
        28,
        facts.conv(3, 1, 16, { sees: 1 }),
        facts.maxPool({ gives: [16, 2, 2] }),
        facts.average,
        facts.predict,
      ),
      spared: facts.row(
        0,
        facts.conv(3, 1, 16, { sees: 0 }),
        facts.maxPool({ gives: [16, 2, 2] }),
        facts.average,
        facts.predict,
      ),
    },
  ],
});
