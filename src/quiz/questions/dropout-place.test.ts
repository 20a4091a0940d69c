import { testChoice } from "../../../test/quiz-answers.js";
import { question } from "./dropout-place.js";

testChoice(question, /before the last prediction/);
