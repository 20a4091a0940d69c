import assert from "node:assert/strict";
import { test } from "node:test";
import { numbersIn, progress, testSign } from "../../../test/advice/sign-cases.js";
import { adviseTraining } from "../training-advice.js";
import { sign } from "./overfitting.js";

testSign(sign, [
  {
    what: "a test loss above 1.2 times the lowest",
    said: [progress([{ testLoss: 0.1 }, { testLoss: 0.1201, trainLoss: 0.05 }]), ["overfitting"]],
    spared: [progress([{ testLoss: 0.1 }, { testLoss: 0.12, trainLoss: 0.05 }]), []],
  },
  {
    what: "a training loss of half the test loss",
    said: [progress([{ testLoss: 0.1 }, { testLoss: 0.16, trainLoss: 0.08 }]), ["overfitting"]],
    spared: [progress([{ testLoss: 0.1 }, { testLoss: 0.16, trainLoss: 0.0801 }]), []],
  },
  {
    what: "a training loss below that of the best epoch",
    said: [progress([{ testLoss: 0.1 }, { testLoss: 0.3, trainLoss: 0.0999 }]), ["overfitting"]],
    spared: [progress([{ testLoss: 0.1 }, { testLoss: 0.3, trainLoss: 0.1 }]), []],
  },
]);

test("overfitting: if several epochs are equally good, the text names the first", () => {
  const equal = [{ testLoss: 0.1 }, { testLoss: 0.1 }, { testLoss: 0.3 }];
  const [advice] = adviseTraining(progress(equal));
  assert.equal(numbersIn(advice!.text)[0], 1, advice!.text);
});
