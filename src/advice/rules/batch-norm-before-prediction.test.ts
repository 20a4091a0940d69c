import { average, body, classify, flatten, logSoftmax, relu } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import * as nn from "../../nn/index.js";
import { rule } from "./batch-norm-before-prediction.js";

testRule(rule, {
  deserving: [
    ["BatchNorm2d", () => [...body(), average, classify(), new nn.BatchNorm2d(10), flatten, logSoftmax]],
    ["BatchNorm2d", () => [...body(), average, new nn.BatchNorm2d(16), classify(), flatten, logSoftmax]],
  ],
  sparing: [() => [...body(), average, new nn.BatchNorm2d(16), relu, classify(), flatten, logSoftmax]],
});
