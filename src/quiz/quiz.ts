/** A round of the quiz: which questions are asked, and how answers are read and judged. It does not print anything. */
import { ArgumentError } from "../errors/errors.js";
import { Generator, randomInteger } from "../random/random.js";
import type { Draw, Exercise } from "./question.js";
import { thousands } from "../text/thousands.js";
import { questions } from "./questions/index.js";

/** A question of a round, with its figures. */
export interface Asked extends Exercise {
  readonly name: string;
}

const LETTERS = "abcdefgh";

/**
 * Makes the questions of a round. The same seed gives the same questions.
 * @param seed a whole number, at least 0
 * @param count the number of questions; each kind comes once before any comes again
 * @throws ArgumentError if the count is not a positive whole number
 *
 * @example
 * const [first] = makeQuiz(1, 10);
 * judgeAnswer(first!, "130"); // true or false; undefined if it cannot be read as an answer
 */
export function makeQuiz(seed: number, count: number): Asked[] {
  if (!Number.isInteger(count) || count < 1) {
    throw new ArgumentError({
      op: "quiz",
      problem: "invalid number of questions",
      expected: "a whole number of at least 1",
      got: String(count),
    });
  }
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

/**
 * Whether an answer is right; undefined if it cannot be read.
 * @param words a number such as `1,300` or `0.5`, or the letter of an option
 */
export function judgeAnswer({ answer }: Exercise, words: string): boolean | undefined {
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

/** The question, followed by the options with their letters. */
export function formatQuestion({ text, answer }: Exercise): string {
  if (answer.kind === "number") return text;
  return [text, ...answer.options.map((option, i) => `  ${LETTERS[i]}) ${option}`)].join("\n");
}

/** The right answer, as text. */
export function formatAnswer({ answer }: Exercise): string {
  if (answer.kind === "choice") return `${LETTERS[answer.right]}) ${answer.options[answer.right]}`;
  return answer.within === 0 ? thousands(answer.value) : String(Number(answer.value.toFixed(4)));
}
