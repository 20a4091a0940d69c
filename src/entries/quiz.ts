/** `kilograd/quiz`: the course's kind of questions, with their reckoning. Nothing here needs Node. */
export type { Answer, Draw, Exercise, Question } from "../quiz/question.js";
export { questions } from "../quiz/questions.js";
export { formatAnswer, formatQuestion, judgeAnswer, makeQuiz, type Asked } from "../quiz/quiz.js";
export * as reckoning from "../quiz/reckoning.js";
