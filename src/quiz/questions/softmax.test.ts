import { testNumber } from "../../../test/quiz-answers.js";
import { question } from "./softmax.js";

// e¹ = 2.7183, e⁰ = 1, e² = 7.3891, in total 11.1073; 2.7183 / 11.1073 = 0.24473
testNumber(question, {
  figures: [1, 0, 2],
  told: [1, 0, 2],
  right: ["0.24", "0.245", "0.2447"],
  wrong: ["0.67", "0.09", "0.25"],
});
