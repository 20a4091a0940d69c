import { testChoice } from "../../../test/quiz-answers.js";
import { question } from "./likelihood.js";

testChoice(question, /^likelihoods/);
