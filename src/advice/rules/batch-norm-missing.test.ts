import * as facts from "../../../test/advice/layer-facts.js";
import { average, block, classify, end, flatten, logSoftmax, pool, relu, rest } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import * as nn from "../../nn/index.js";
import { rule } from "./batch-norm-missing.js";

testRule(rule, {
  deserving: [
    // That of the convolution before it does not count.
    ["Conv2d", () => [...block(1, 8), new nn.Conv2d(8, 16, 3), relu, pool, ...block(16, 8, 1), ...rest(), ...end()]],
    [
      "Conv2d",
      () => [
        new nn.Conv2d(1, 8, 3),
        relu,
        new nn.Conv2d(8, 16, 3),
        relu,
        pool,
        ...block(16, 8, 1),
        ...rest(),
        ...end(),
      ],
    ],
    ["Conv2d", () => [new nn.Conv2d(1, 8, 5), relu, new nn.Conv2d(8, 16, 3), relu, average, classify(), flatten]],
  ],
  sparing: [
    // A factor of the next convolution.
    () => [...block(1, 8), new nn.Conv2d(8, 8, 3, { groups: 8 }), ...block(8, 16, 1), ...end()],
    () => [new nn.Conv2d(1, 16, 3), relu, average, classify(), flatten, logSoftmax],
    // Before the convolution and its ReLU instead of after them.
    () => [
      ...[new nn.BatchNorm2d(1), new nn.Conv2d(1, 8, 3), relu],
      ...[new nn.BatchNorm2d(8), new nn.Conv2d(8, 16, 3), relu, ...end()],
    ],
  ],
  thresholds: [
    {
      what: "two convolutions before the prediction, not one",
      said: facts.row(
        28,
        facts.conv(3, 1, 8),
        facts.relu,
        facts.conv(3, 8, 16),
        facts.relu,
        facts.average,
        facts.predict,
      ),
      spared: facts.row(28, facts.conv(3, 1, 16), facts.relu, facts.average, facts.predict),
    },
  ],
});
