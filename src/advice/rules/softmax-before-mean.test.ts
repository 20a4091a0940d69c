import { average, body, classify, flatten, logSoftmax, softmax } from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import * as nn from "../../nn/index.js";
import type { Tensor } from "../../tensor/tensor.js";
import { rule } from "./softmax-before-mean.js";

class Mean extends nn.Module {
  inner = new nn.Identity();
  override forward(x: Tensor): Tensor {
    return this.inner(x).mean([2, 3]);
  }
}

testRule(rule, {
  deserving: [
    ["LogSoftmax", () => [...body(), classify(), logSoftmax, average, flatten]],
    ["LogSoftmax", () => [...body(), classify(), logSoftmax, new Mean()]],
  ],
  sparing: [
    () => [...body(), classify(), average, logSoftmax, flatten],
    () => [...body(), average, classify(), logSoftmax, average, flatten],
    // The mean of likelihoods is one.
    () => [...body(), classify(), softmax, average, flatten],
    () => [...body(), classify(), logSoftmax],
  ],
});
