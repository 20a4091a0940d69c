import { testNumber } from "../../../test/quiz-answers.js";
import { question } from "./classifier-weights.js";

// 512 · 128 = 65,536; 128 · 4096 = 524,288; 4096 · 1000 = 4,096,000
testNumber(question, {
  figures: [512, 128, 4096],
  told: [512, 128, 4096, 1000],
  right: ["4685824", "4,685,824"],
  wrong: ["4161536", "4685825", "589824"],
});
