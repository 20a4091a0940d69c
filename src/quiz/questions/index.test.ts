import { testOneFileEach } from "../../../test/one-file-each.js";
import { questions } from "./index.js";

testOneFileEach({
  folder: "src/quiz/questions",
  names: questions.map(({ name }) => name),
  pins: /^test(Number|Choice)\(question, /m,
  how: "pin an answer that is worked out by hand, with testNumber or testChoice of test/quiz-answers.ts",
});
