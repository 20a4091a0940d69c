/** `kilograd quiz` */
import { UsageError } from "../../entries/index.js";
import { formatAnswer, formatQuestion, judgeAnswer, makeQuiz, type Asked } from "../../entries/quiz.js";
import { answerQuestions, gatherFacts } from "../../entries/train.js";
import { makeTest, openRun } from "../assembly.js";
import type { AddCommand, Surroundings } from "../surroundings.js";

interface QuizOptions {
  readonly questions: string;
  readonly seed?: string;
  readonly solution?: string;
}

const EXAMPLES = `
Examples:
  kilograd quiz                                     ten questions, other figures each time
  kilograd quiz --seed 7 --questions 3              the same three every time
  printf '130\\nb\\n' | kilograd quiz --seed 7        answers from a file or a program
  kilograd quiz --solution runs/2026-05-01-142530-default`;

export const addQuiz: AddCommand = (program, surroundings) => {
  program
    .command("quiz")
    .description("ask the course's kind of questions, explain the answers and keep the score")
    .option("--questions <n>", "how many", "10")
    .option("--seed <n>", "from which the questions and their figures follow; drawn unless given")
    .option("--solution <run>", "answer the notebook's six questions about a run instead")
    .addHelpText("after", EXAMPLES)
    .action(async ({ questions, seed, solution }: QuizOptions) => {
      if (solution !== undefined) return solve(solution, surroundings);
      const from = seed === undefined ? Math.floor(Math.random() * 2 ** 32) : readWhole("--seed", seed, 0);
      await play(makeQuiz(from, readWhole("--questions", questions, 1)), from, surroundings);
    });
};

function readWhole(option: string, word: string, least: number): number {
  const number = word.trim() === "" ? NaN : Number(word);
  if (Number.isInteger(number) && number >= least && number < 2 ** 32) return number;
  throw new UsageError({
    op: option,
    problem: "the value is not possible",
    expected: `a whole number from ${least}`,
    got: word,
  });
}

async function play(round: readonly Asked[], seed: number, { stdout, readLines }: Surroundings): Promise<void> {
  const lines = readLines()[Symbol.asyncIterator]();
  let [asked, right] = [0, 0];
  stdout.write(`Quiz with seed ${seed}: ${round.length} questions. The end of the input (Ctrl-D) ends it.\n`);
  for (const question of round) {
    stdout.write(`\n${asked + 1}. ${formatQuestion(question)}\n`);
    const verdict = await readAnswer(question, lines, (text) => stdout.write(text));
    if (verdict === undefined) break;
    asked++;
    if (verdict) right++;
    const judgement = verdict ? "Right." : `No, it is ${formatAnswer(question)}.`;
    stdout.write(`${judgement} ${question.explanation}\n`);
  }
  await lines.return?.();
  stdout.write(`\n${right} of ${asked} right.\n`);
}

/** Asks until an answer is understood; undefined where there is none any more. */
async function readAnswer(
  question: Asked,
  lines: AsyncIterator<string>,
  write: (text: string) => unknown,
): Promise<boolean | undefined> {
  for (;;) {
    write("> ");
    const line = await lines.next();
    if (line.done) {
      write("\n");
      return undefined;
    }
    const verdict = judgeAnswer(question, line.value);
    if (verdict !== undefined) return verdict;
    const wanted = question.answer.kind === "number" ? "a number, such as 1,300 or 0.25" : "the letter of an answer";
    write(`That is not understood; please give ${wanted}.\n`);
  }
}

/** The six questions, about the run's last weights. */
async function solve(folder: string, { stdout }: Surroundings): Promise<void> {
  const { run, model, load } = await openRun(folder);
  load("last");
  const { correct, total } = makeTest(run)(model);
  const answers = answerQuestions(gatherFacts(model, run.record.images.size), (100 * correct) / total);
  for (const { question, answer } of answers) stdout.write(`${question}: ${answer}\n`);
}
