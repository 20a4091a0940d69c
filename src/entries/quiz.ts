/** `kilograd/quiz`: questions like those of the course, and the arithmetic behind them. Nothing here needs Node. */
export type { Answer, Draw, Exercise, Question } from "../quiz/question.js";
export { questions } from "../quiz/questions/index.js";
export { formatAnswer, formatQuestion, judgeAnswer, makeQuiz, type Asked } from "../quiz/quiz.js";
export * as reckoning from "../quiz/reckoning.js";
