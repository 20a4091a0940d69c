import { testNumber } from "../../../test/quiz-answers.js";
import { question } from "./negative-log-likelihood.js";

// ln 0.335 = ln (1/3) + ln 1.005 = −1.09861 + 0.00499 = −1.09362
testNumber(question, {
  figures: [335],
  told: [0.335],
  right: ["1.09", "1.094", "1.0936"],
  wrong: ["-1.09", "1.1", "1.08", "0.47"],
});
