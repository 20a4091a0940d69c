import { custom } from "../../../test/advice/blocks.js";
import { average, body, classify, end, flatten, logSoftmax, softmax } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import { rule } from "./log-of-softmax.js";

const log = custom((x) => x.log());

testRule(rule, {
  deserving: [
    ["log", () => [...body(), average, classify(), flatten, softmax, log]],
    ["log", () => [...body(), average, classify(), softmax, flatten, custom((x) => x.add(1e-9).log())]],
  ],
  sparing: [
    () => [...body(), average, classify(), flatten, logSoftmax],
    () => [...body(), average, classify(), flatten, softmax],
    // Of values that are no likelihoods.
    () => [custom((x) => x.square().add(1).log()), ...body(), ...end()],
  ],
});
