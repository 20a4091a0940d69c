import { testChoice } from "../../../test/quiz-answers.js";
import { question } from "./activations.js";

testChoice(question, /^the weights/);
