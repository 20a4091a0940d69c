/** `kilograd/quiz`: the course's kind of questions, with their reckoning. Nothing here needs Node. */
export type { Answer, Draw, Exercise, Question } from "./question.js";
export { questions } from "./questions.js";
export { formatAnswer, formatQuestion, judgeAnswer, makeQuiz, type Asked } from "./quiz.js";
export * as reckoning from "./reckoning.js";
