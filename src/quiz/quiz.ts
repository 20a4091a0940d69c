/** A round of the quiz: which questions are asked, and how answers are read and judged. It does not print anything. */
import { recordWith } from "../errors/record-kinds.js";
import { text, integer } from "../errors/kinds.js";
import { Signature, required } from "../errors/signature.js";
import { checkInteger } from "../errors/options.js";
import { Generator, randomInteger } from "../random/random.js";
import type { Draw, Exercise } from "./question.js";
import { thousands } from "../text/thousands.js";
import { questions } from "./questions/index.js";

/** A question of a round, with its figures. */
export interface Asked extends Exercise {
  /** The name of the question. */
  readonly name: string;
}

const LETTERS = "abcdefgh";

const anExercise = recordWith<Exercise>("a question, as makeQuiz() returns it", "text", "answer");
const ofMakeQuiz = new Signature("makeQuiz", [required("seed", integer(0)), required("count", integer(1))]);

/**
 * Makes the questions of a round. The same seed gives the same questions.
 * @param seed an integer, at least 0
 * @param count the number of questions; each kind comes once before any comes again
 * @returns the questions, with their figures
 * @throws ArgumentError if the count is not a positive integer
 * @example
 * const round = makeQuiz(1, 10);
 * new Set(round.map(({ name }) => name)).size; // 10
 */
export function makeQuiz(seed: number, count: number): Asked[] {
  ofMakeQuiz.read(arguments);
  checkInteger("quiz", "number of questions", count, 1);
  const draw = makeDraw(new Generator().manualSeed(seed));
  const asked: Asked[] = [];
  while (asked.length < count) {
    const left = [...questions];
    while (left.length > 0 && asked.length < count) {
      const [question] = left.splice(draw.whole(0, left.length - 1), 1);
      asked.push({ name: question!.name, ...question!.make(draw) });
    }
  }
  return asked;
}

function makeDraw(generator: Generator): Draw {
  const whole = (low: number, high: number): number => randomInteger(low, high + 1, generator);
  return { whole, pick: (list) => list[whole(0, list.length - 1)]! };
}

const ofJudgeAnswer = new Signature("judgeAnswer", [
  required("exercise", anExercise),
  required("words", text("an answer as text")),
]);

/**
 * Judges an answer.
 * @param exercise the question
 * @param words the answer: a number such as `1,300` or `0.5`, or the letter of an option
 * @returns whether it is right; undefined if it cannot be read
 * @example
 * const exercise = { text: "How many?", answer: { kind: "number", value: 1300, within: 0 }, explanation: "" } as const;
 * judgeAnswer(exercise, "1,300"); // true
 * judgeAnswer(exercise, "many"); // undefined
 */
export function judgeAnswer(exercise: Exercise, words: string): boolean | undefined {
  ofJudgeAnswer.read(arguments);
  const { answer } = exercise;
  const given = words.trim().toLowerCase();
  if (answer.kind === "choice") {
    const at = given.length === 1 ? LETTERS.indexOf(given) : -1;
    return at < 0 || at >= answer.options.length ? undefined : at === answer.right;
  }
  if (!/^[-−]?(\d[\d,_ ]*)?(\.\d+)?$/.test(given) || !/\d/.test(given)) return undefined;
  const number = Number(given.replace(/[,_ ]/g, "").replace("−", "-"));
  // The small tolerance accepts numbers that were rounded to the last digit that counts.
  return Math.abs(number - answer.value) <= answer.within + 1e-9;
}

const ofFormatQuestion = new Signature("formatQuestion", [required("exercise", anExercise)]);

/**
 * Writes a question, followed by its options with their letters.
 * @param exercise the question
 * @returns the text
 * @example
 * const answer = { kind: "choice", options: ["yes", "no"], right: 0 } as const;
 * formatQuestion({ text: "Is it?", answer, explanation: "" }); // "Is it?\n  a) yes\n  b) no"
 */
export function formatQuestion(exercise: Exercise): string {
  ofFormatQuestion.read(arguments);
  const { text, answer } = exercise;
  if (answer.kind === "number") return text;
  return [text, ...answer.options.map((option, i) => `  ${LETTERS[i]}) ${option}`)].join("\n");
}

const ofFormatAnswer = new Signature("formatAnswer", [required("exercise", anExercise)]);

/**
 * Writes the right answer.
 * @param exercise the question
 * @returns the text
 * @example
 * const answer = { kind: "number", value: 1300, within: 0 } as const;
 * formatAnswer({ text: "How many?", answer, explanation: "" }); // "1,300"
 */
export function formatAnswer(exercise: Exercise): string {
  ofFormatAnswer.read(arguments);
  const { answer } = exercise;
  if (answer.kind === "choice") return `${LETTERS[answer.right]}) ${answer.options[answer.right]}`;
  return answer.within === 0 ? thousands(answer.value) : String(Number(answer.value.toFixed(4)));
}
