import { testNumber } from "../../../test/quiz-answers.js";
import { question } from "./channel-weights.js";

// 5 · 5 · 3 · 16
testNumber(question, { figures: [3, 16, 5], told: [3, 16, 5], right: ["1200", "1,200"], wrong: ["400", "1216", "75"] });
