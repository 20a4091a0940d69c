/**
 * Tests of quiz questions. An exercise is made with given figures instead of random ones, so its answer can be worked
 * out by hand and written as a literal. It must not come from the code under test.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Draw, Exercise, Question } from "../src/quiz/question.js";
import { formatQuestion, judgeAnswer } from "../src/quiz/quiz.js";

/** Returns these figures one after another, if the question can draw them. */
function scripted(figures: readonly number[]): Draw & { done(): void } {
  const left = [...figures];
  const next = (): number => {
    assert.ok(left.length > 0, "the question draws more figures than the test gives");
    return left.shift()!;
  };
  return {
    whole(low, high) {
      const figure = next();
      assert.ok(low <= figure && figure <= high, `the question draws from ${low} to ${high}, so never ${figure}`);
      return figure;
    },
    pick(list) {
      const figure = next() as (typeof list)[number];
      assert.ok(list.includes(figure), `the question draws from ${list.join(", ")}, so never ${String(figure)}`);
      return figure;
    },
    done: () => assert.deepEqual(left, [], "the question draws fewer figures than the test gives"),
  };
}

function ask(question: Question, figures: readonly number[]): Exercise {
  const draw = scripted(figures);
  const exercise = question.make(draw);
  draw.done();
  return exercise;
}

/** All numbers in a text, read without the commas between thousands. */
function numbersIn(text: string): number[] {
  return (text.replace(/(?<=\d),(?=\d{3})/g, "").match(/[-−]?\d+(\.\d+)?/g) ?? []).map((number) =>
    Number(number.replace("−", "-")),
  );
}

interface PinnedNumber {
  /** The figures that the question draws, in this order. */
  readonly figures: readonly number[];
  /** Figures that the text must contain, each as often as it occurs here. */
  readonly told: readonly number[];
  readonly right: readonly string[];
  /** Results of the usual mistakes, and numbers that are slightly off. */
  readonly wrong: readonly string[];
}

/** Pins the answer to a question about a number. */
export function testNumber(question: Question, { figures, told, right, wrong }: PinnedNumber): void {
  test(`${question.name}: the answer for ${told.join(", ")} is ${right[0]}`, () => {
    const exercise = ask(question, figures);
    assert.equal(exercise.answer.kind, "number");
    const text = numbersIn(exercise.text);
    for (const figure of new Set(told)) {
      const times = (list: readonly number[]): number => list.filter((one) => one === figure).length;
      assert.ok(times(text) >= times(told), `the text must contain ${figure}: ${exercise.text}`);
    }
    for (const words of right) assert.equal(judgeAnswer(exercise, words), true, `${words} must be right`);
    for (const words of wrong) assert.equal(judgeAnswer(exercise, words), false, `${words} must be wrong`);
  });
}

/**
 * Pins the answer to a multiple-choice question.
 * @param right matches the right option and no other
 */
export function testChoice(question: Question, right: RegExp): void {
  for (const [at, letter] of ["a", "b", "c", "d"].entries()) {
    test(`${question.name}: if the right option is ${letter}, then ${letter} is the only right answer`, () => {
      const exercise = ask(question, [at]);
      const line = formatQuestion(exercise).split("\n")[at + 1]!.trim();
      assert.match(line.replace(`${letter}) `, ""), right);
      const options = exercise.answer.kind === "choice" ? exercise.answer.options : [];
      assert.equal(options.length, 4, "a question has four options");
      assert.equal(options.filter((option) => right.test(option)).length, 1, `${right} must match one option only`);
      for (const given of ["a", "b", "c", "d"]) assert.equal(judgeAnswer(exercise, given), given === letter, given);
    });
  }
}
