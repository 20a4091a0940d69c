import assert from "node:assert/strict";
import { test } from "node:test";
import { numbersIn, progress, testSign, type Change } from "../../../test/advice/sign-cases.js";
import { adviseTraining } from "../training-advice.js";
import { sign } from "./overfitting.js";

const best = { testLoss: 0.1 };
/** The same figures in two epochs after the best. */
const lasting = (change: Change) => progress([best, change, change]);

testSign(sign, [
  {
    what: "a test loss above 1.2 times the lowest",
    said: [lasting({ testLoss: 0.1201, trainLoss: 0.05 }), ["overfitting"]],
    spared: [lasting({ testLoss: 0.12, trainLoss: 0.05 }), []],
  },
  {
    what: "a training loss of half the test loss",
    said: [lasting({ testLoss: 0.16, trainLoss: 0.08 }), ["overfitting"]],
    spared: [lasting({ testLoss: 0.16, trainLoss: 0.0801 }), []],
  },
  {
    what: "a training loss below that of the best epoch",
    said: [lasting({ testLoss: 0.21, trainLoss: 0.0999 }), ["overfitting"]],
    spared: [lasting({ testLoss: 0.21, trainLoss: 0.1 }), []],
  },
  {
    what: "two epochs in a row",
    said: [progress([best, { testLoss: 0.2, trainLoss: 0.05 }, { testLoss: 0.2, trainLoss: 0.05 }]), ["overfitting"]],
    spared: [progress([best, { testLoss: 0.11, trainLoss: 0.05 }, { testLoss: 0.2, trainLoss: 0.05 }]), []],
  },
  {
    what: "at least one error",
    said: [lasting({ testLoss: 0.2, trainLoss: 0.05, correct: 9999 }), ["overfitting"]],
    spared: [lasting({ testLoss: 0.2, trainLoss: 0.05, correct: 10_000 }), []],
  },
  {
    what: "a test loss of five times the training loss, in two epochs",
    said: [progress([{ testLoss: 0.5 }, { testLoss: 0.5, trainLoss: 0.1 }]), ["overfitting"]],
    spared: [progress([{ testLoss: 0.5 }, { testLoss: 0.499, trainLoss: 0.1 }]), []],
  },
  {
    // A tenth of ln 10 = 2.302585.
    what: "a test loss of a tenth of the loss of guessing",
    said: [progress([{ testLoss: 0.5 }, { testLoss: 0.2303, trainLoss: 0.01 }]), ["overfitting"]],
    spared: [progress([{ testLoss: 0.5 }, { testLoss: 0.2302, trainLoss: 0.01 }]), []],
  },
]);

test("overfitting: of tests no better than guessing, labels and preparation are named", () => {
  const wrong = { trainLoss: 0.05, testLoss: 5, correct: 1000 };
  assert.match(
    adviseTraining(progress([best, wrong, wrong]))[0]!.text,
    /no better than guessing, so check that all labels/,
  );
});

test("overfitting: if several epochs are equally good, the text names the first", () => {
  const later = { testLoss: 0.3, trainLoss: 0.02 };
  const equal = [{ testLoss: 0.1 }, { testLoss: 0.1 }, later, later];
  const [advice] = adviseTraining(progress(equal));
  assert.equal(numbersIn(advice!.text)[0], 1, advice!.text);
});
