import * as facts from "../../../test/advice/layer-facts.js";
import { begin, block, end, pool, rest } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import * as nn from "../../nn/index.js";
import { rule } from "./no-activation.js";

/** A grouped convolution that a 1×1 convolution follows at once. */
const withoutActivation = (channels: number, groups: number) =>
  facts.row(
    28,
    facts.conv(3, channels, channels, { groups }),
    facts.conv(1, channels, 16),
    facts.relu,
    facts.average,
    facts.predict,
  );

const depthwise = facts.conv(3, 8, 8, { groups: 8 });
const inRow = (...convolutions: readonly facts.Given[]) =>
  facts.row(28, ...convolutions, facts.relu, facts.average, facts.predict);

testRule(rule, {
  deserving: [
    [
      "Conv2d",
      () => [
        new nn.Conv2d(1, 8, 3),
        new nn.BatchNorm2d(8),
        ...block(8, 16),
        pool,
        ...block(16, 8, 1),
        ...rest(),
        ...end(),
      ],
    ],
  ],
  sparing: [
    // A pointwise and a depthwise convolution are one in factors, and so are a narrow 1×1 convolution and its successor.
    () => [...begin(), new nn.Conv2d(16, 16, 1), ...block(16, 16, 3, { groups: 16 }), ...end()],
    () => [...begin(), new nn.Conv2d(16, 4, 1), new nn.BatchNorm2d(4), ...block(4, 16, 3), ...end()],
    () => [new nn.Conv2d(1, 8, 3), pool, ...block(8, 16), ...rest().slice(3), ...end()],
    () => [...begin(), new nn.Conv2d(16, 16, 3, { groups: 16 }), ...block(16, 16, 1), ...end()],
  ],
  thresholds: [
    {
      what: "three factors in a row, not four",
      said: inRow(facts.conv(1, 8, 8), depthwise, facts.conv(1, 8, 8), depthwise),
      spared: inRow(facts.conv(1, 8, 8), depthwise, facts.conv(1, 8, 8)),
    },
    {
      what: "a factor has fewer channels than what is before and after it",
      said: inRow(facts.conv(1, 8, 8), facts.conv(3, 8, 16)),
      spared: inRow(facts.conv(1, 8, 7), facts.conv(3, 7, 8)),
    },
    {
      what: "neither of two larger kernels is a factor",
      said: inRow(facts.conv(3, 8, 7), facts.conv(3, 7, 8)),
      spared: inRow(facts.conv(3, 8, 7), facts.conv(1, 7, 8)),
    },
    {
      what: "a depthwise convolution has as many groups as channels, and more than one",
      said: withoutActivation(4, 2),
      spared: withoutActivation(4, 4),
    },
    {
      what: "a convolution of a single channel is not depthwise",
      said: withoutActivation(1, 1),
      spared: facts.row(
        28,
        ...[facts.conv(3, 1, 1, { groups: 1 }), facts.relu],
        ...[facts.conv(1, 1, 16), facts.relu],
        facts.average,
        facts.predict,
      ),
    },
  ],
});
