import * as facts from "../../../test/advice/layer-facts.js";
import { average, body, flatten, logSoftmax } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import * as nn from "../../nn/index.js";
import { rule } from "./flattened-pattern.js";

testRule(rule, {
  deserving: [["Linear", () => [...body(), flatten, new nn.Linear(16 * 36, 10), logSoftmax]]],
  sparing: [() => [...body(), average, flatten, new nn.Linear(16, 10), logSoftmax]],
  thresholds: [
    {
      what: "more than one position",
      said: facts.row(
        28,
        facts.conv(3, 1, 8, { gives: [8, 2, 1] }),
        facts.relu,
        facts.flatten(16),
        facts.linear(16, 10),
      ),
      spared: facts.row(
        28,
        facts.conv(3, 1, 16, { gives: [16, 1, 1] }),
        facts.relu,
        facts.flatten(16),
        facts.linear(16, 10),
      ),
    },
  ],
});
