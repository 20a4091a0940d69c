import * as facts from "../../../test/advice/layer-facts.js";
import { block, end, pool, rest } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import { rule } from "./pooling-too-early.js";

/** A pooling after a convolution, each value of which has seen so many rows and columns of an image. */
const pooled = (sees: number, gives: readonly number[], image = 28) =>
  facts.row(image, facts.conv(3, 1, 16, { sees }), facts.maxPool({ gives }), facts.average, facts.predict);

testRule(rule, {
  deserving: [["MaxPool2d", () => [...block(1, 16), pool, ...block(16, 8, 1), ...rest(), ...end()]]],
  sparing: [() => [...block(1, 16, 5), pool, ...block(16, 8, 1), ...rest(), ...end()]],
  thresholds: [
    {
      what: "a value has seen less than 5×5 pixels",
      said: pooled(4, [16, 12, 12]),
      spared: pooled(5, [16, 12, 12]),
    },
    {
      what: "the output has more than one position",
      said: pooled(3, [16, 2, 1]),
      spared: facts.row(28, facts.conv(3, 1, 16, { sees: 3 }), facts.maxPool({ gives: [16, 1, 1] }), facts.predict),
    },
    {
      what: "there is an image",
      said: pooled(1, [16, 2, 2]),
      spared: pooled(0, [16, 2, 2], 0),
    },
  ],
});
