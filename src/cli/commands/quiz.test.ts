import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { idxFolder, temporaryFolder } from "../../../test/idx-folder.js";
import { kilograd } from "../../../test/terminal.js";
import { formatAnswer, makeQuiz } from "../../entries/quiz.js";

/** The right answer, as it is typed. */
function rightAnswers(seed: number, count: number): string[] {
  return makeQuiz(seed, count).map((question) =>
    question.answer.kind === "choice" ? "abcd"[question.answer.right]! : formatAnswer(question),
  );
}

test("right answers are counted, wrong ones are explained, and unreadable ones are asked again", async () => {
  const answers = rightAnswers(7, 4);
  const line = ["quiz", "--seed", "7", "--questions", "4"];
  const all = await kilograd(line, undefined, answers);
  assert.equal(all.status, 0);
  assert.match(all.stdout, /^Quiz with seed 7: 4 questions\./);
  assert.match(all.stdout, /\n4 of 4 correct\.\n$/);
  const numbers = makeQuiz(7, 4).map(({ answer }) =>
    answer.kind === "number" ? "-1" : "abcd"[(answer.right + 1) % 4]!,
  );
  const some = await kilograd(line, undefined, [answers[0]!, "what?", numbers[1]!, answers[2]!, answers[3]!]);
  assert.match(some.stdout, /Please type /);
  assert.ok(some.stdout.includes(`No, the answer is ${formatAnswer(makeQuiz(7, 4)[1]!)}. `));
  assert.match(some.stdout, /\n3 of 4 correct\.\n$/);
});

test("the quiz ends with the input and shows the score so far", async () => {
  const { status, stdout } = await kilograd(["quiz", "--seed", "7"], undefined, rightAnswers(7, 2));
  assert.equal(status, 0);
  assert.match(stdout, /\n2 of 2 correct\.\n$/);
});

test("without a seed a random one is drawn and shown", async () => {
  const { stdout } = await kilograd(["quiz"]);
  const [, seed] = /^Quiz with seed (\d+): 10 questions/.exec(stdout)!;
  assert.equal((await kilograd(["quiz", "--seed", seed!])).stdout, stdout);
});

test("--solution answers the six questions about a run", async (t) => {
  const out = path.join(temporaryFolder(t), "run");
  const settings = ["--data", idxFolder(t, 32, 20), "--epochs", "1", "--batch-size", "16", "--augment", "none"];
  const { stdout } = await kilograd(["train", "--out", out, ...settings]);
  const [, correct] = /Accuracy: (\d+)\/20 /.exec(stdout)!;
  const solved = await kilograd(["quiz", "--solution", out]);
  assert.equal(solved.status, 0);
  assert.deepEqual(solved.stdout.trimEnd().split("\n"), [
    `Final validation accuracy: ${(Number(correct) * 5).toFixed(2)}`,
    "Number of parameters: 12514",
    "Dropout used: False",
    "Batch normalisation used: True",
    "Fully connected layer used: False",
    "1x1 kernels used: True",
  ]);
  assert.equal((await kilograd(["quiz", "--solution", `${out}-gone`])).status, 1);
});
