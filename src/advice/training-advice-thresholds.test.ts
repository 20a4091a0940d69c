/**
 * From where on each sign of a training speaks, and from where on it calls the goal out of reach: for every threshold
 * the figures that just deserve the advice, and those that just do not.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { adviseTraining, type EpochFigures, type TrainingProgress } from "./training-advice.js";

type Change = Partial<Omit<EpochFigures, "epoch">>;

/** A training that deserves no advice but for what is changed: losses that fall, few errors, and no reference. */
function progress(changes: readonly Change[], more: Partial<TrainingProgress> = {}): TrainingProgress {
  const epochs = changes.map((change, i) => ({
    ...{ epoch: i + 1, trainLoss: 0.1 / (i + 1), testLoss: 0.1 / (i + 1), correct: 9950, total: 10_000, seconds: 1 },
    ...change,
  }));
  return { budget: 19, classes: 10, reference: false, cropped: 0, earlier: [], epochs, ...more };
}

/** `sign`, or `sign!` where the goal is out of reach. */
function said(of: TrainingProgress): string[] {
  return adviseTraining(of).map(({ sign, hopeless }) => `${sign}${hopeless ? "!" : ""}`);
}

const run = (...correct: number[]): EpochFigures[] => [
  ...progress(correct.map((right) => ({ correct: right }))).epochs,
];
const health = (relus: readonly [dead: number, units: number][], ratios: readonly number[] = []) => ({
  health: {
    relus: relus.map(([dead, units]) => ({ dead, units })),
    gradients: ratios.map((ratio, i) => ({ weight: `conv${i}.weight`, ratio })),
  },
});
const losses = (...trainLosses: number[]): Change[] => trainLosses.map((trainLoss) => ({ trainLoss }));
/** A run with a high training loss after three epochs, and so many right answers after its fourth and last. */
const endingWith = (correct: number): EpochFigures[] => [...progress([...losses(0.4, 0.3, 0.3), { correct }]).epochs];
const withReference = { reference: true };

interface Threshold {
  readonly what: string;
  readonly said: readonly [TrainingProgress, expected: readonly string[]];
  readonly spared: readonly [TrainingProgress, expected: readonly string[]];
}

const thresholds: readonly Threshold[] = [
  {
    // ln 10 = 2.302585, of which nine tenths are 2.0723266.
    what: "not learning: nine tenths of the loss of guessing among ten classes",
    said: [progress([{ trainLoss: 2.07233 }]), ["not learning"]],
    spared: [progress([{ trainLoss: 2.07232 }]), []],
  },
  {
    // ln 4 = 1.386294, of which nine tenths are 1.247665.
    what: "not learning: nine tenths of the loss of guessing among four classes",
    said: [progress([{ trainLoss: 1.24767 }], { classes: 4 }), ["not learning"]],
    spared: [progress([{ trainLoss: 1.24766 }], { classes: 4 }), []],
  },
  {
    what: "not learning: hopeless from the second epoch on",
    said: [progress([{ trainLoss: 2.3 }, { trainLoss: 2.3 }]), ["not learning!"]],
    spared: [progress([{ trainLoss: 2.3 }]), ["not learning"]],
  },
  {
    what: "diverging: one and a half times the lowest training loss",
    said: [progress([{ trainLoss: 0.5 }, { trainLoss: 0.75 }]), ["diverging"]],
    spared: [progress([{ trainLoss: 0.5 }, { trainLoss: 0.7499 }]), []],
  },
  {
    what: "diverging: a training loss that is no number",
    said: [progress([{ trainLoss: Infinity }]), ["not learning", "diverging!"]],
    spared: [progress([{ trainLoss: 2 }]), []],
  },
  {
    // 120 errors of 10,000 in the earlier run: twice as many are 240.
    what: "behind: more than twice the errors of an earlier run after the same epoch",
    said: [progress([{}, { correct: 9759 }], { earlier: [run(9000, 9880)] }), ["behind"]],
    spared: [progress([{}, { correct: 9760 }], { earlier: [run(9000, 9880)] }), []],
  },
  {
    what: "behind: from the second epoch on",
    said: [progress([{}, { correct: 9000 }], { earlier: [run(9880, 9880)] }), ["behind"]],
    spared: [progress([{ correct: 9000 }], { earlier: [run(9880, 9880)] }), []],
  },
  {
    what: "behind: before the last epoch",
    said: [progress([{}, { correct: 9000 }], { budget: 3, earlier: [run(9880, 9880)] }), ["behind"]],
    spared: [progress([{}, { correct: 9000 }], { budget: 2, earlier: [run(9880, 9880)] }), []],
  },
  {
    // The reference has 142 errors after its second epoch: twice as many are 284.
    what: "behind: more than twice the errors of the reference",
    said: [progress([{}, { correct: 9715 }], withReference), ["behind"]],
    spared: [progress([{}, { correct: 9716 }], withReference), []],
  },
  {
    // After 2 of 4 epochs a quarter of the errors may be left at best: of 244 errors 61, and 60 are allowed.
    what: "behind: hopeless where the square of the share that is done leaves more errors than are allowed",
    said: [progress([{ correct: 9700 }, { correct: 9756 }], { budget: 4, reference: true }), ["behind!"]],
    spared: [progress([{ correct: 9700 }, { correct: 9757 }], { budget: 4, reference: true }), []],
  },
  {
    // After 2 of 19 epochs the square would be 0.011, but errors fall to a twentieth at best: of 1220 to 61.
    what: "behind: hopeless where a twentieth of the errors is more than is allowed",
    said: [progress([{ correct: 8000 }, { correct: 8780 }], withReference), ["behind!"]],
    spared: [progress([{ correct: 8000 }, { correct: 8781 }], withReference), ["behind"]],
  },
  {
    // From 2000 errors to 100 is a twentieth, which is assumed of every training.
    what: "behind: an earlier run that fell deeper gives hope",
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
  {
    what: "underfitting: a training loss above 0.2",
    said: [progress(losses(0.4, 0.3, 0.2001), withReference), ["underfitting!"]],
    spared: [progress(losses(0.4, 0.3, 0.2), withReference), []],
  },
  {
    what: "underfitting: from the third epoch on",
    said: [progress(losses(0.4, 0.3, 0.3), withReference), ["underfitting!"]],
    spared: [progress(losses(0.4, 0.3), withReference), []],
  },
  {
    what: "underfitting: before the last epoch",
    said: [progress(losses(0.4, 0.3, 0.3), { ...withReference, budget: 4 }), ["underfitting!"]],
    spared: [progress(losses(0.4, 0.3, 0.3), { ...withReference, budget: 3 }), []],
  },
  {
    what: "underfitting: an earlier run with as high a loss that ended with 9,940 of 10,000 right gives hope",
    said: [progress(losses(0.4, 0.3, 0.3), { ...withReference, earlier: [endingWith(9939)] }), ["underfitting!"]],
    spared: [progress(losses(0.4, 0.3, 0.3), { ...withReference, earlier: [endingWith(9940)] }), []],
  },
  {
    what: "overfitting: a test loss above 1.2 times the lowest",
    said: [progress([{ testLoss: 0.1 }, { testLoss: 0.1201, trainLoss: 0.05 }]), ["overfitting"]],
    spared: [progress([{ testLoss: 0.1 }, { testLoss: 0.12, trainLoss: 0.05 }]), []],
  },
  {
    what: "overfitting: a training loss of half the test loss",
    said: [progress([{ testLoss: 0.1 }, { testLoss: 0.16, trainLoss: 0.08 }]), ["overfitting"]],
    spared: [progress([{ testLoss: 0.1 }, { testLoss: 0.16, trainLoss: 0.0801 }]), []],
  },
  {
    what: "overfitting: a training loss below that of the best epoch",
    said: [progress([{ testLoss: 0.1 }, { testLoss: 0.3, trainLoss: 0.0999 }]), ["overfitting"]],
    spared: [progress([{ testLoss: 0.1 }, { testLoss: 0.3, trainLoss: 0.1 }]), []],
  },
  {
    what: "dead ReLUs: half of a layer",
    said: [progress([health([[0, 16], [100, 200]])]), ["dead ReLUs"]], // prettier-ignore
    spared: [progress([health([[0, 16], [99, 200]])]), []], // prettier-ignore
  },
  {
    what: "vanishing gradients: a thousandth of the largest",
    said: [progress([health([], [0.00199, 2, 1])]), ["vanishing gradients"]],
    spared: [progress([health([], [0.002, 2, 1])]), []],
  },
  {
    what: "tests count from the first epoch on that is not cropped",
    said: [progress([{}, { correct: 9000 }], { cropped: 1, earlier: [run(9880, 9880)] }), ["behind"]],
    spared: [progress([{}, { correct: 9000 }], { cropped: 2, earlier: [run(9880, 9880)] }), []],
  },
];

for (const { what, said: deserving, spared } of thresholds) {
  test(what, () => {
    assert.deepEqual(said(deserving[0]), deserving[1], "just enough");
    assert.deepEqual(said(spared[0]), spared[1], "just not enough");
  });
}

/** All numbers in a text. */
const numbersIn = (text: string): number[] => (text.match(/\d+(\.\d+)?/g) ?? []).map(Number);

for (const [what, given, expected] of [
  ["one earlier run", [run(9880, 9880)], [98.8]],
  ["two earlier runs, the worst and the best", [run(9880, 9880), run(9900, 9900)], [2, 98.8, 99]],
] as const) {
  test(`being behind is told with the figures of ${what}`, () => {
    const [advice] = adviseTraining(progress([{}, { correct: 9000 }], { earlier: given }));
    assert.deepEqual(numbersIn(advice!.text), [90, 2, 19, ...expected]);
  });
}

test("a vanishing gradient is told with its share of the largest", () => {
  const [advice] = adviseTraining(progress([health([], [0.000246, 2])]));
  assert.ok(numbersIn(advice!.text).includes(0.00012), advice!.text);
});

test("overfitting is told from the first of equally good epochs on", () => {
  const equal = [{ testLoss: 0.1 }, { testLoss: 0.1 }, { testLoss: 0.3 }];
  const [advice] = adviseTraining(progress(equal));
  assert.equal(numbersIn(advice!.text)[0], 1, advice!.text);
});

test("an earlier run without an error after this epoch has no fall to compare with, one with a single error has", () => {
  // One error became none: so may the 200 of this training.
  const now = [{ correct: 8000 }, { correct: 8700 }];
  assert.deepEqual(said(progress(now, { ...withReference, earlier: [run(9000, 9999, 10_000)] })), ["behind"]);
  assert.deepEqual(said(progress(now, { ...withReference, earlier: [run(9000, 10_000, 10_000)] })), ["behind!"]);
});
