/**
 * One exercise of every question, with its answer worked out by hand. The figures are given instead of drawn, so that
 * the answer is a literal here and does not come from the code that is tested.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Draw, Exercise } from "./question.js";
import { questions } from "./questions.js";
import { formatQuestion, judgeAnswer } from "./quiz.js";

/** Gives these figures in turn, if the question may draw them. */
function scripted(figures: readonly number[]): Draw & { done(): void } {
  const left = [...figures];
  const next = (): number => {
    assert.ok(left.length > 0, "the question draws more figures than it is given");
    return left.shift()!;
  };
  return {
    whole(low, high) {
      const figure = next();
      assert.ok(low <= figure && figure <= high, `${figure} is drawn from ${low} to ${high}`);
      return figure;
    },
    pick(list) {
      const figure = next() as (typeof list)[number];
      assert.ok(list.includes(figure), `${String(figure)} is drawn from ${list.join(", ")}`);
      return figure;
    },
    done: () => assert.deepEqual(left, [], "the question draws all the figures that it is given"),
  };
}

function ask(name: string, figures: readonly number[]): Exercise {
  const draw = scripted(figures);
  const exercise = questions.find((question) => question.name === name)!.make(draw);
  draw.done();
  return exercise;
}

/** All numbers in a text, without the commas between thousands. */
function numbersIn(text: string): number[] {
  return (text.replace(/(?<=\d),(?=\d{3})/g, "").match(/[-−]?\d+(\.\d+)?/g) ?? []).map((number) =>
    Number(number.replace("−", "-")),
  );
}

interface Numeric {
  /** What is drawn, in this order. */
  readonly figures: readonly number[];
  /** Figures that the question has to tell. */
  readonly told: readonly number[];
  readonly right: readonly string[];
  /** What one gets by the usual mistakes, and what is just off. */
  readonly wrong: readonly string[];
}

const numeric: Readonly<Record<string, Numeric>> = {
  // 14 · 7
  "linear-weights": { figures: [14, 7], told: [14, 7], right: ["98"], wrong: ["21", "105", "97", "99"] },
  // The result is 7 − 5 + 1 = 3 wide: (7 · 7) · (3 · 3) = 49 · 9
  "convolution-as-linear": { figures: [5, 7], told: [7, 5, 3], right: ["441"], wrong: ["225", "1225", "440"] },
  // 2 · 2, wherever it is applied
  "convolution-weights": { figures: [2, 6], told: [6, 2, 5], right: ["4"], wrong: ["100", "36", "5"] },
  // The result is 10 − 3 + 1 = 8 wide: 8 · 8 values with 3 · 3 lines each
  "convolution-lines": { figures: [3, 10], told: [10, 3, 8], right: ["576"], wrong: ["9", "900", "6400", "577"] },
  // 5 · 5 · 3 · 16
  "channel-weights": { figures: [3, 16, 5], told: [3, 16, 5], right: ["1200", "1,200"], wrong: ["400", "1216", "75"] },
  // 512 · 128 = 65,536; 128 · 4096 = 524,288; 4096 · 1000 = 4,096,000
  "classifier-weights": {
    figures: [512, 128, 4096],
    told: [512, 128, 4096, 1000],
    right: ["4685824", "4,685,824"],
    wrong: ["4161536", "4685825", "589824"],
  },
  // 784 · 32 = 25,088; 32 · 16 = 512; 16 · 10 = 160
  "one-hot-network": { figures: [32, 16], told: [784, 32, 16], right: ["25,760"], wrong: ["25818", "25600", "25761"] },
  // 1×1: 1. 5×5: 1 + 4 = 5. 5×5: 5 + 4 = 9. Pooling: 9 + 1 = 10, and steps of 2 from here on. 3×3: 10 + 4 = 14,
  // then 14 + 4 = 18.
  "receptive-field": {
    figures: [3, 1, 5, 5, 2, 3, 3],
    told: [1, 1, 5, 5, 5, 5, 2, 2, 2, 3, 3, 3, 3],
    right: ["18"],
    wrong: ["14", "20", "22", "19"],
  },
  // ln 0.335 = ln (1/3) + ln 1.005 = −1.09861 + 0.00499 = −1.09362
  "negative-log-likelihood": {
    figures: [335],
    told: [0.335],
    right: ["1.09", "1.094", "1.0936"],
    wrong: ["-1.09", "1.1", "1.08", "0.47"],
  },
  // e¹ = 2.7183, e⁰ = 1, e² = 7.3891, together 11.1073; 2.7183 / 11.1073 = 0.24473
  softmax: { figures: [1, 0, 2], told: [1, 0, 2], right: ["0.24", "0.245", "0.2447"], wrong: ["0.67", "0.09", "0.25"] },
  // 1 / (1 − 0.2) = 1 / 0.8
  "inverted-dropout": { figures: [0.2], told: [0.2], right: ["1.25"], wrong: ["0.8", "5", "1.2", "1.24"] },
  // 1 − 0.2
  "classical-dropout": { figures: [0.2], told: [0.2], right: ["0.8"], wrong: ["0.2", "1.25", "0.81", "0.79"] },
};

for (const [name, { figures, told, right, wrong }] of Object.entries(numeric)) {
  test(`${name}: the answer to ${told.join(", ")} is ${right[0]}`, () => {
    const exercise = ask(name, figures);
    assert.equal(exercise.answer.kind, "number");
    const text = numbersIn(exercise.text);
    for (const figure of new Set(told)) {
      const times = (list: readonly number[]): number => list.filter((one) => one === figure).length;
      assert.ok(times(text) >= times(told), `the question tells ${figure}: ${exercise.text}`);
    }
    for (const words of right) assert.equal(judgeAnswer(exercise, words), true, words);
    for (const words of wrong) assert.equal(judgeAnswer(exercise, words), false, words);
  });
}

/** A word that only the right option has. */
const choices: Readonly<Record<string, RegExp>> = {
  "relu-before-softmax": /softmax/,
  "dropout-in-validation": /nothing/,
  "dropout-place": /before the last prediction/,
  likelihood: /^likelihoods/,
  flatten: /neighbou?rs/,
  normalisation: /batch normali[sz]ation/,
  activations: /^the weights/,
};

for (const [name, right] of Object.entries(choices)) {
  for (const [at, letter] of ["a", "b", "c", "d"].entries()) {
    test(`${name}: ${letter} is right when the right option stands there, and no other letter is`, () => {
      const exercise = ask(name, [at]);
      const line = formatQuestion(exercise).split("\n")[at + 1]!.trim();
      assert.match(line.replace(`${letter}) `, ""), right);
      const options = exercise.answer.kind === "choice" ? exercise.answer.options : [];
      assert.equal(options.length, 4);
      assert.equal(options.filter((option) => right.test(option)).length, 1, "only one option fits");
      for (const given of ["a", "b", "c", "d"]) assert.equal(judgeAnswer(exercise, given), given === letter, given);
    });
  }
}

test("every question has an answer above", () => {
  assert.deepEqual(questions.map(({ name }) => name).sort(), [...Object.keys(numeric), ...Object.keys(choices)].sort());
});
