import {
  average,
  begin,
  block,
  body,
  classify,
  end,
  flatten,
  logSoftmax,
  pool,
  rest,
  softmax,
} from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import { rule } from "./softmax-twice.js";

testRule(rule, {
  deserving: [["LogSoftmax", () => [...body(), average, classify(), flatten, softmax, logSoftmax]]],
  sparing: [() => [...begin(), softmax, pool, ...block(16, 8, 1), ...rest(), ...end()]],
});
