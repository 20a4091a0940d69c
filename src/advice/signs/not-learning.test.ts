import assert from "node:assert/strict";
import { test } from "node:test";
import { health, progress, testSign, type Change } from "../../../test/advice/sign-cases.js";
import { adviseTraining } from "../training-advice.js";
import { sign } from "./not-learning.js";

const guessing = { testLoss: 2.3, correct: 1000 };

testSign(sign, [
  {
    // ln 10 = 2.302585, of which nine tenths are 2.0723266.
    what: "nine tenths of the loss of guessing among ten classes",
    said: [progress([{ trainLoss: 2.07233, ...guessing }]), ["not learning"]],
    spared: [progress([{ trainLoss: 2.07232 }]), []],
  },
  {
    // ln 4 = 1.386294, of which nine tenths are 1.247665.
    what: "nine tenths of the loss of guessing among four classes",
    said: [progress([{ trainLoss: 1.24767, ...guessing }], { classes: 4 }), ["not learning"]],
    spared: [progress([{ trainLoss: 1.24766 }], { classes: 4 }), []],
  },
  {
    what: "hopeless from the second epoch on",
    said: [
      progress([
        { trainLoss: 2.3, ...guessing },
        { trainLoss: 2.3, ...guessing },
      ]),
      ["not learning!"],
    ],
    spared: [progress([{ trainLoss: 2.3, ...guessing }]), ["not learning"]],
  },
  {
    what: "not hopeless if the loss falls by three hundredths of the first",
    said: [
      progress([
        { trainLoss: 2.3, ...guessing },
        { trainLoss: 2.232, ...guessing },
      ]),
      ["not learning!"],
    ],
    spared: [
      progress([
        { trainLoss: 2.3, ...guessing },
        { trainLoss: 2.23, ...guessing },
      ]),
      ["not learning"],
    ],
  },
  {
    // Of 10,000 images 1,000 are guessed, and half as many more, with three times √1,000 = 31.6, are not.
    what: "tests that are no better than guessing",
    said: [progress([{ trainLoss: 2.3, correct: 1594 }]), ["not learning"]],
    spared: [progress([{ trainLoss: 2.3, correct: 1595 }]), []],
  },
]);

test("not learning: the sentence fits the figures", () => {
  const textOf = (changes: readonly Change[]): string => adviseTraining(progress(changes))[0]!.text;
  const bad = { testLoss: 4, correct: 1000 };
  assert.match(
    textOf([{ trainLoss: 2.5, ...bad }]),
    /2\.5, close to that of guessing .*: try a learning rate ten times lower, or ten times higher$/,
  );
  assert.match(textOf([{ trainLoss: 2.54, ...bad }]), /2\.54, above that of guessing .*: lower the learning rate/);
  assert.match(textOf([{ trainLoss: 41.3, ...bad }]), /41\.3, above that of guessing \(ln 10 = 2\.3\)/);
  assert.match(
    textOf([
      { trainLoss: 2.4, ...bad },
      { trainLoss: 2.2, ...bad },
    ]),
    /has fallen little from the 2\.4 of epoch 1/,
  );
  assert.match(textOf([{ trainLoss: 2.3, ...bad, ...health([[8, 8]]) }]), /: try a learning rate ten times lower$/);
});
