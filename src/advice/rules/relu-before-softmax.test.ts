import { average, body, classify, flatten, logSoftmax, relu } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import { rule } from "./relu-before-softmax.js";

testRule(rule, {
  deserving: [
    ["ReLU", () => [...body(), average, classify(), relu, flatten, logSoftmax]],
    ["ReLU", () => [...body(), classify(), relu, average, flatten]],
  ],
  sparing: [() => [...body(), average, relu, classify(), flatten, logSoftmax]],
});
