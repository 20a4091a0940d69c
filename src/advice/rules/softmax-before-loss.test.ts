import {
  average,
  begin,
  block,
  body,
  classify,
  end,
  flatten,
  pool,
  rest,
  softmax,
} from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import { rule } from "./softmax-before-loss.js";

testRule(rule, {
  deserving: [["Softmax", () => [...body(), average, classify(), softmax, flatten]]],
  sparing: [
    () => [...body(), average, classify(), flatten],
    () => [...begin(), softmax, pool, ...block(16, 8, 1), ...rest(), ...end()],
  ],
});
