import { testNumber } from "../../../test/quiz-answers.js";
import { question } from "./convolution-as-linear.js";

// The output is 7 − 5 + 1 = 3 wide: (7 · 7) · (3 · 3) = 49 · 9.
testNumber(question, { figures: [5, 7], told: [7, 5, 3], right: ["441"], wrong: ["225", "1225", "440"] });
