/** `kilograd quiz` */
import { Option } from "commander";
import { formatAnswer, formatQuestion, judgeAnswer, makeQuiz, type Asked } from "../../entries/quiz.js";
import { UsageError } from "../../entries/index.js";
import { answerQuestions, gatherFacts } from "../../entries/train.js";
import { makeTest, openRun } from "../assembly.js";
import { addDownload, downloadIfAsked, type DownloadOptions } from "../data-download.js";
import { examples } from "../own-command.js";
import type { DefineCommand, Surroundings } from "../surroundings.js";
import { readWhole } from "../whole-number.js";

const MAX_SEED = 2 ** 32 - 1;

interface QuizOptions extends DownloadOptions {
  readonly questions: string;
  readonly seed?: string;
  readonly solution?: string;
}

const EXAMPLES = [
  ["quiz", "ten questions, with new figures each time"],
  ["quiz --seed 7 --questions 3", "the same three questions every time"],
  ["quiz --seed 7 < answers.txt", "answers from a file"],
  ["quiz --solution runs/2026-05-01-142530-default"],
] as const;

export const defineCommand: DefineCommand = (command, surroundings) => {
  addDownload(command)
    .description("ask questions like the course's, explain the answers and keep the score")
    .option("--questions <n>", "number of questions", "10")
    .option("--seed <n>", "seed for the questions and their figures (default: a random one)")
    .addOption(
      new Option("--solution <run>", "answer the notebook's six questions about a run instead").conflicts([
        "questions",
        "seed",
      ]),
    )
    .addHelpText("after", () => examples(EXAMPLES))
    .action(async ({ questions, seed, solution, download }: QuizOptions) => {
      if (solution !== undefined) return solve(solution, { download }, surroundings);
      if (download) throw new UsageError({ op: "--download", problem: "only --solution needs data" });
      const from =
        seed === undefined ? Math.floor(Math.random() * (MAX_SEED + 1)) : readWhole("--seed", seed, 0, MAX_SEED);
      await play(makeQuiz(from, readWhole("--questions", questions, 1)), from, surroundings);
    });
};

async function play(round: readonly Asked[], seed: number, { stdout, readLines }: Surroundings): Promise<void> {
  const lines = readLines()[Symbol.asyncIterator]();
  let [asked, right] = [0, 0];
  stdout.write(
    `Quiz with seed ${seed}: ${round.length} ${round.length === 1 ? "question" : "questions"}. Press Ctrl-D to stop.\n`,
  );
  for (const question of round) {
    stdout.write(`\n${asked + 1}. ${formatQuestion(question)}\n`);
    const verdict = await readAnswer(question, lines, (text) => stdout.write(text));
    if (verdict === undefined) break;
    asked++;
    if (verdict) right++;
    const judgement = verdict ? "Right." : `No, the answer is ${formatAnswer(question)}.`;
    stdout.write(`${judgement} ${question.explanation}\n`);
  }
  await lines.return?.();
  stdout.write(`\n${right} of ${asked} correct.\n`);
}

/** Asks until an answer can be read; undefined at the end of the input. */
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
    const wanted = question.answer.kind === "number" ? "a number such as 1,300 or 0.25" : "the letter of an answer";
    write(`Please type ${wanted}.\n`);
  }
}

/** Answers the notebook's six questions about a run's last weights. */
async function solve(folder: string, options: DownloadOptions, surroundings: Surroundings): Promise<void> {
  const { run, model, load } = await openRun(folder, surroundings);
  await downloadIfAsked(run.record.config.data, options, surroundings.stderr);
  load("last");
  const { correct, total } = makeTest(run, surroundings)(model);
  const answers = answerQuestions(gatherFacts(model, run.record.images.size), (100 * correct) / total);
  for (const { question, answer } of answers) surroundings.stdout.write(`${question}: ${answer}\n`);
}
