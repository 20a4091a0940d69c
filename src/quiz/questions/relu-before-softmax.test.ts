import { testChoice } from "../../../test/quiz-answers.js";
import { question } from "./relu-before-softmax.js";

testChoice(question, /softmax/);
