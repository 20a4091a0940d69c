/**
 * The course's kind of questions, with new figures each time, and how to arrive at the answers. Nothing here needs
 * Node.
 *
 * @example
 * const round = makeQuiz(1, 3);
 * round.length; // 3
 *
 * @module kilograd/quiz
 */
export type { Answer, Draw, Exercise, Question } from "../quiz/question.js";
export { questions } from "../quiz/questions/index.js";
export { formatAnswer, formatQuestion, judgeAnswer, makeQuiz, type Asked } from "../quiz/quiz.js";
export * as reckoning from "../quiz/reckoning.js";
