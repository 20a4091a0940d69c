import { testChoice } from "../../../test/quiz-answers.js";
import { question } from "./flatten.js";

testChoice(question, /neighbou?rs/);
