import { testNumber } from "../../../test/quiz-answers.js";
import { question } from "./classical-dropout.js";

// 1 − 0.2
testNumber(question, { figures: [0.2], told: [0.2], right: ["0.8"], wrong: ["0.2", "1.25", "0.81", "0.79"] });
