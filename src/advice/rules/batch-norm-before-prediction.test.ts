import { average, body, classify, flatten, logSoftmax, relu } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import * as nn from "../../nn/index.js";
import { rule } from "./batch-norm-before-prediction.js";

testRule(rule, {
  deserving: [
    ["BatchNorm2d", () => [...body(), average, classify(), new nn.BatchNorm2d(10), flatten, logSoftmax]],
    ["BatchNorm2d", () => [...body(), classify(), new nn.BatchNorm2d(10), average, flatten, logSoftmax]],
  ],
  sparing: [
    // The weights of the prediction follow.
    () => [...body(), average, new nn.BatchNorm2d(16), classify(), flatten, logSoftmax],
    () => [...body(), new nn.BatchNorm2d(16), new nn.Dropout(0.05), classify(), average, flatten, logSoftmax],
    () => [...body(), average, new nn.BatchNorm2d(16), relu, classify(), flatten, logSoftmax],
  ],
});
