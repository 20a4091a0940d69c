import { testNumber } from "../../../test/quiz-answers.js";
import { question } from "./receptive-field.js";

// 1×1: 1. 5×5: 1 + 4 = 5. 5×5: 5 + 4 = 9. Pooling: 9 + 1 = 10, and steps of 2 from here on. 3×3: 10 + 4 = 14,
// then 14 + 4 = 18.
testNumber(question, {
  figures: [3, 1, 5, 5, 2, 3, 3],
  told: [1, 1, 5, 5, 5, 5, 2, 2, 2, 3, 3, 3, 3],
  right: ["18"],
  wrong: ["14", "20", "22", "19"],
});
