import { testNumber } from "../../../test/quiz-answers.js";
import { question } from "./convolution-weights.js";

// 2 · 2, wherever it is applied.
testNumber(question, { figures: [2, 6], told: [6, 2, 5], right: ["4"], wrong: ["100", "36", "5"] });
