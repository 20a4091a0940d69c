import { begin, flatten, logSoftmax, pool, relu } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import * as nn from "../../nn/index.js";
import { rule } from "./no-convolution.js";

testRule(rule, {
  deserving: [
    ["Linear", () => [flatten, new nn.Linear(784, 10), logSoftmax]],
    ["Linear", () => [flatten, new nn.Linear(784, 64), relu, new nn.Linear(64, 10), logSoftmax]],
    // A smaller image is one, too.
    ["Linear", () => [pool, flatten, new nn.Linear(196, 10), logSoftmax]],
  ],
  sparing: [
    () => [...begin(), flatten, new nn.Linear(16 * 24 * 24, 10), logSoftmax],
    () => [new nn.Conv2d(1, 8, 1), relu, flatten, new nn.Linear(8 * 784, 10), logSoftmax],
  ],
});
