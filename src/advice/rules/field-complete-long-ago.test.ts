import * as facts from "../../../test/advice/layer-facts.js";
import { begin, block, end, pool } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import { rule } from "./field-complete-long-ago.js";

testRule(rule, {
  deserving: [
    [
      "Conv2d",
      () => [
        ...begin(),
        pool,
        ...block(16, 8, 1),
        ...block(8, 8, 3, { padding: 4, dilation: 4 }),
        ...block(8, 8, 3, { padding: 4, dilation: 4 }),
        ...block(8, 8, 3, { padding: 1 }),
        ...block(8, 16, 3, { padding: 1 }),
        ...end(),
      ],
    ],
  ],
  sparing: [() => [...begin(), pool, ...block(16, 8, 3, { padding: 6, dilation: 6 }), ...block(8, 16), ...end()]],
  thresholds: [
    {
      what: "the input of a convolution has seen the whole image",
      said: facts.row(
        28,
        facts.conv(3, 1, 8, { sees: 28 }),
        facts.conv(3, 8, 8, { sees: 30 }),
        facts.conv(3, 8, 16),
        facts.average,
        facts.predict,
      ),
      spared: facts.row(
        28,
        facts.conv(3, 1, 8, { sees: 27 }),
        facts.conv(3, 8, 8, { sees: 30 }),
        facts.conv(3, 8, 16),
        facts.average,
        facts.predict,
      ),
    },
    {
      what: "two more convolutions, not one",
      said: facts.row(
        28,
        facts.conv(3, 1, 8, { sees: 28 }),
        facts.conv(3, 8, 8),
        facts.conv(3, 8, 16),
        facts.average,
        facts.predict,
      ),
      spared: facts.row(28, facts.conv(3, 1, 8, { sees: 28 }), facts.conv(3, 8, 16), facts.average, facts.predict),
    },
    {
      what: "there is an image",
      said: facts.row(1, facts.conv(3, 1, 16, { sees: 1 }), facts.conv(3, 16, 16), facts.average, facts.predict),
      spared: facts.row(0, facts.conv(3, 1, 16, { sees: 0 }), facts.conv(3, 16, 16), facts.average, facts.predict),
    },
  ],
});
