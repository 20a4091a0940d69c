import { testNumber } from "../../../test/quiz-answers.js";
import { question } from "./inverted-dropout.js";

// 1 / (1 − 0.2) = 1 / 0.8
testNumber(question, { figures: [0.2], told: [0.2], right: ["1.25"], wrong: ["0.8", "5", "1.2", "1.24"] });
