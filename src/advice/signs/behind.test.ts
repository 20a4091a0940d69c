import assert from "node:assert/strict";
import { test } from "node:test";
import { numbersIn, progress, run, said, withReference, testSign } from "../../../test/advice/sign-cases.js";
import { adviseTraining } from "../training-advice.js";
import { sign } from "./behind.js";

testSign(sign, [
  {
    // 120 errors of 10,000 in the earlier run: twice as many are 240.
    what: "more than twice the errors of an earlier run after the same epoch",
    said: [progress([{}, { correct: 9759 }], { earlier: [run(9000, 9880)] }), ["behind"]],
    spared: [progress([{}, { correct: 9760 }], { earlier: [run(9000, 9880)] }), []],
  },
  {
    what: "from the second epoch on",
    said: [progress([{}, { correct: 9000 }], { earlier: [run(9880, 9880)] }), ["behind"]],
    spared: [progress([{ correct: 9000 }], { earlier: [run(9880, 9880)] }), []],
  },
  {
    what: "before the last epoch",
    said: [progress([{}, { correct: 9000 }], { budget: 3, earlier: [run(9880, 9880)] }), ["behind"]],
    spared: [progress([{}, { correct: 9000 }], { budget: 2, earlier: [run(9880, 9880)] }), []],
  },
  {
    // The reference has 142 errors after its second epoch: twice as many are 284.
    what: "more than twice the errors of the reference",
    said: [progress([{}, { correct: 9715 }], withReference), ["behind"]],
    spared: [progress([{}, { correct: 9716 }], withReference), []],
  },
  {
    // After 2 of 4 epochs a quarter of the errors may be left at best: of 244 errors 61, and 60 are allowed.
    what: "hopeless if the square of the share that is done leaves more errors than are allowed",
    said: [progress([{ correct: 9700 }, { correct: 9756 }], { budget: 4, reference: true }), ["behind!"]],
    spared: [progress([{ correct: 9700 }, { correct: 9757 }], { budget: 4, reference: true }), []],
  },
  {
    // After 2 of 19 epochs the square would be 0.011, but errors fall to a twentieth at best: of 1220 to 61.
    what: "hopeless if a twentieth of the errors is more than is allowed",
    said: [progress([{ correct: 8000 }, { correct: 8780 }], withReference), ["behind!"]],
    spared: [progress([{ correct: 8000 }, { correct: 8781 }], withReference), ["behind"]],
  },
  {
    // From 2000 errors to 100 is a twentieth, which is assumed of every training.
    what: "an earlier run whose errors fell further gives hope",
    said: [
      progress([{ correct: 8000 }, { correct: 8780 }], { ...withReference, earlier: [run(8000, 8000, 9900)] }),
      ["behind!"],
    ],
    // From 2000 errors to 99: less than a twentieth.
    spared: [
      progress([{ correct: 8000 }, { correct: 8780 }], { ...withReference, earlier: [run(8000, 8000, 9901)] }),
      ["behind"],
    ],
  },
]);

for (const [what, given, expected] of [
  ["one earlier run", [run(9880, 9880)], [98.8]],
  ["two earlier runs, the worst and the best", [run(9880, 9880), run(9900, 9900)], [2, 98.8, 99]],
] as const) {
  test(`behind: the text has the figures of ${what}`, () => {
    const [advice] = adviseTraining(progress([{}, { correct: 9000 }], { earlier: given }));
    assert.deepEqual(numbersIn(advice!.text), [90, 2, 19, ...expected]);
  });
}

test("behind: an earlier run without an error after this epoch has no fall to compare with, one with an error has", () => {
  // One error became none: so may the 200 of this training.
  const now = [{ correct: 8000 }, { correct: 8700 }];
  assert.deepEqual(said(progress(now, { ...withReference, earlier: [run(9000, 9999, 10_000)] })), ["behind"]);
  assert.deepEqual(said(progress(now, { ...withReference, earlier: [run(9000, 10_000, 10_000)] })), ["behind!"]);
});
