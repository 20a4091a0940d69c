import { testNumber } from "../../../test/quiz-answers.js";
import { question } from "./one-hot-network.js";

// 784 · 32 = 25,088; 32 · 16 = 512; 16 · 10 = 160
testNumber(question, { figures: [32, 16], told: [784, 32, 16], right: ["25,760"], wrong: ["25818", "25600", "25761"] });
