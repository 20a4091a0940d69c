import * as facts from "../../../test/advice/layer-facts.js";
import { begin, block, end, pool } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import { rule } from "./field-complete-long-ago.js";

/** Three convolutions; so much of an image of 28 is seen by the first, and so much by the second. */
const threeConvolutions = (first: number, second: number) =>
  facts.row(
    28,
    facts.conv(3, 1, 8, { sees: first }),
    facts.conv(3, 8, 8, { sees: second }),
    facts.conv(3, 8, 16),
    facts.average,
    facts.predict,
  );

testRule(rule, {
  deserving: [
    [
      "Conv2d",
      () => [
        ...begin(),
        pool,
        ...block(16, 8, 1),
        ...block(8, 8, 3, { padding: 6, dilation: 6 }),
        ...block(8, 8, 3, { padding: 6, dilation: 6 }),
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
      // The first position is centred on the first pixel: it has to see 27 pixels on, and as many beyond the edge.
      said: threeConvolutions(55, 57),
      spared: threeConvolutions(54, 57),
    },
    {
      what: "two more convolutions, not one",
      said: threeConvolutions(55, 55),
      spared: facts.row(28, facts.conv(3, 1, 8, { sees: 55 }), facts.conv(3, 8, 16), facts.average, facts.predict),
    },
    {
      what: "there is an image",
      said: facts.row(1, facts.conv(3, 1, 16, { sees: 1 }), facts.conv(3, 16, 16), facts.average, facts.predict),
      spared: facts.row(0, facts.conv(3, 1, 16, { sees: 0 }), facts.conv(3, 16, 16), facts.average, facts.predict),
    },
  ],
});
