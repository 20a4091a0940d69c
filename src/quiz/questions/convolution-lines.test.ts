import { testNumber } from "../../../test/quiz-answers.js";
import { question } from "./convolution-lines.js";

// The output is 10 − 3 + 1 = 8 wide: 8 · 8 values with 3 · 3 lines each.
testNumber(question, { figures: [3, 10], told: [10, 3, 8], right: ["576"], wrong: ["9", "900", "6400", "577"] });
