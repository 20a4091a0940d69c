import * as facts from "../../../test/advice/layer-facts.js";
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
} from "../../../test/advice/modules.js";
import { testRule } from "../../../test/advice/rule-cases.js";
import * as nn from "../../nn/index.js";
import { rule } from "./dropout-before-prediction.js";

testRule(rule, {
  deserving: [
    ["Dropout", () => [...body(), average, new nn.Dropout(0.1), classify(), flatten, logSoftmax]],
    ["Dropout", () => [...body(), new nn.Dropout(0.1), average, flatten, new nn.Linear(16, 10), logSoftmax]],
    ["Dropout", () => [...body(), average, classify(), new nn.Dropout(0.1), flatten, logSoftmax]],
  ],
  sparing: [
    () => [...begin(), pool, new nn.Dropout(0.1), ...block(16, 8, 1), ...rest(), ...end()],
    () => [...body(), average, new nn.Dropout(0), classify(), flatten, logSoftmax],
  ],
  thresholds: [
    {
      what: "a little dropout does no harm",
      said: facts.row(28, facts.conv(3, 1, 16), facts.relu, facts.average, facts.dropout(0.051), facts.predict),
      spared: facts.row(28, facts.conv(3, 1, 16), facts.relu, facts.average, facts.dropout(0.05), facts.predict),
    },
    {
      what: "none at all may follow the prediction",
      said: facts.row(28, facts.conv(3, 1, 16), facts.relu, facts.average, facts.predict, facts.dropout(0.001)),
      spared: facts.row(28, facts.conv(3, 1, 16), facts.relu, facts.average, facts.predict, facts.dropout(0)),
    },
  ],
});
