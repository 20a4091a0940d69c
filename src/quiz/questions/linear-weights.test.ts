import { testNumber } from "../../../test/quiz-answers.js";
import { question } from "./linear-weights.js";

// 14 · 7
testNumber(question, { figures: [14, 7], told: [14, 7], right: ["98"], wrong: ["21", "105", "97", "99"] });
