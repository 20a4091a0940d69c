import { testChoice } from "../../../test/quiz-answers.js";
import { question } from "./dropout-in-validation.js";

testChoice(question, /nothing/);
