import assert from "node:assert/strict";
import { test } from "node:test";
import { ArgumentError } from "../errors/errors.js";
import { formatAnswer, formatQuestion, judgeAnswer, makeQuiz, type Asked } from "./quiz.js";
import { questions } from "./questions/index.js";

const seeds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

test("each kind comes once before any comes again; the same seed gives the same round", () => {
  const round = makeQuiz(3, questions.length + 2);
  const names = round.map(({ name }) => name);
  assert.equal(new Set(names.slice(0, questions.length)).size, questions.length);
  assert.deepEqual(makeQuiz(3, questions.length + 2), round);
  assert.notDeepEqual(makeQuiz(4, questions.length + 2), round);
});

test("every question has valid figures, different ones each time, and accepts its own answer", () => {
  for (const { name } of questions) {
    const asked = seeds.map((seed) => makeQuiz(seed, questions.length).find((one) => one.name === name)!);
    assert.ok(new Set(asked.map((one) => formatQuestion(one))).size > 1, `${name} varies`);
    for (const exercise of asked) {
      assert.doesNotMatch(
        `${formatQuestion(exercise)} ${formatAnswer(exercise)} ${exercise.explanation}`,
        /NaN|undefined/,
      );
      const { answer } = exercise;
      const right = answer.kind === "choice" ? "abcd"[answer.right]! : formatAnswer(exercise);
      assert.equal(judgeAnswer(exercise, ` ${right} `), true, `${name}: ${formatQuestion(exercise)} ${right}`);
      const wrong = answer.kind === "choice" ? "abcd"[(answer.right + 1) % 4]! : String(answer.value + 1);
      assert.equal(judgeAnswer(exercise, wrong), false);
      const { length } = exercise.explanation;
      assert.ok(length > 20, `${name}: the explanation of ${length} characters is too short to explain anything`);
    }
  }
});

const ask = (name: string): Asked => makeQuiz(1, questions.length).find((one) => one.name === name)!;

test("numbers are read with or without thousands separators, and rounded ones are accepted where that is asked for", () => {
  const weights: Asked = { ...ask("linear-weights"), answer: { kind: "number", value: 123_633_664, within: 0 } };
  for (const words of ["123633664", "123,633,664", "123 633 664"]) assert.equal(judgeAnswer(weights, words), true);
  assert.equal(judgeAnswer(weights, "123633665"), false);
  const loss: Asked = { ...weights, answer: { kind: "number", value: 1.41658, within: 0.005 } };
  for (const words of ["1.41658", "1.42"]) assert.equal(judgeAnswer(loss, words), true);
  for (const words of ["1.41", "1.4", "1.43"]) assert.equal(judgeAnswer(loss, words), false);
});

test("an answer that cannot be read is neither right nor wrong", () => {
  for (const words of ["", "many", "1e3", "--1", ",", "1.2.3"])
    assert.equal(judgeAnswer(ask("linear-weights"), words), undefined);
  for (const words of ["", "e", "ab", "1"]) assert.equal(judgeAnswer(ask("flatten"), words), undefined);
});

test("an invalid number of questions is rejected", () => {
  for (const count of [0, -1, 1.5, NaN]) {
    assert.throws(
      () => makeQuiz(1, count),
      (error) => error instanceof ArgumentError && /integer of at least 1, got/.test(error.message),
    );
  }
});
