import * as facts from "../../../test/advice/layer-facts.js";
import { average, begin, block, body, end, flatten, pool, relu, rest } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import * as nn from "../../nn/index.js";
import { rule } from "./dropout-beside-batch-norm.js";

/** Dropout in a network that has batch norm. */
const withDropout = (p: number) =>
  facts.row(
    28,
    ...[facts.conv(3, 1, 8), facts.batchNorm, facts.relu, facts.dropout(p)],
    ...[facts.conv(3, 8, 16), facts.batchNorm, facts.average, facts.predict],
  );

testRule(rule, {
  deserving: [["Dropout", () => [...begin(), pool, ...block(16, 8, 1), new nn.Dropout(0.5), ...rest(), ...end()]]],
  sparing: [
    () => [new nn.Conv2d(1, 8, 3), relu, new nn.Conv2d(8, 16, 3), relu, new nn.Dropout(0.5), ...end()],
    () => [...begin(), pool, ...block(16, 8, 1), new nn.Dropout(0.4), ...rest(), ...end()],
    // No batch norm comes after it.
    () => [...body(), average, flatten, new nn.Dropout(0.5), new nn.Linear(16, 10)],
  ],
  thresholds: [
    {
      what: "a p of 0.5",
      said: withDropout(0.5),
      spared: withDropout(0.499),
    },
  ],
});
