import { testChoice } from "../../../test/quiz-answers.js";
import { question } from "./normalisation.js";

testChoice(question, /batch normali[sz]ation/);
