import assert from "node:assert/strict";
import { test } from "node:test";
import type { EpochFigures, TrainingProgress } from "./progress.js";
import { adviseTraining, newAdvice } from "./training-advice.js";

type Change = Partial<Omit<EpochFigures, "epoch">>;

/** A training that deserves no advice except for what is changed in its last epochs. */
function progress(changes: readonly Change[], more: Partial<TrainingProgress> = {}): TrainingProgress {
  const epochs = changes.map((change, i) => ({
    epoch: i + 1,
    trainLoss: 0.3 / (i + 1),
    testLoss: 0.09 / (i + 1),
    correct: 9800 + 30 * i,
    total: 10_000,
    seconds: 20,
    ...change,
  }));
  return { budget: 19, classes: 10, reference: true, cropped: 0, earlier: [], epochs, ...more };
}

const said = (given: TrainingProgress): string[] =>
  adviseTraining(given).map(({ sign, hopeless }) => `${sign}${hopeless ? "!" : ""}`);
const relus = (...dead: number[]) => dead.map((count) => ({ units: 16, dead: count }));
const gradients = (...ratios: number[]) => ratios.map((ratio, i) => ({ weight: `conv${i + 1}.weight`, ratio }));

test("a good training gets no advice", () => {
  for (let epochs = 1; epochs <= 4; epochs++) {
    const health = { relus: relus(0, 7), gradients: gradients(0.002, 1, 0.5) };
    assert.deepEqual(said(progress(Array<Change>(epochs).fill({ health }))), []);
  }
});

for (const [what, changes, expected] of [
  ["guessing", [{ trainLoss: 2.31, correct: 1000 }], ["not learning"]],
  ["a loss near guessing, but tests that are right", [{ trainLoss: 2.31, correct: 3000 }], []],
  ["a loss that is NaN", [{ trainLoss: NaN, testLoss: NaN, correct: 980 }], ["diverging!"]],
  ["a collapse", [{ trainLoss: 0.2 }, { trainLoss: 2.3, correct: 980 }], ["diverging!", "behind"]],
  [
    "a loss near guessing that falls",
    [
      { trainLoss: 2.3, correct: 980 },
      { trainLoss: 2.2, correct: 1100 },
    ],
    ["not learning", "behind!"],
  ],
  [
    "guessing on",
    [
      { trainLoss: 2.3, correct: 980 },
      { trainLoss: 2.3, correct: 980 },
    ],
    ["not learning!", "behind!"],
  ],
  ["a rising loss", [{ trainLoss: 0.2 }, { trainLoss: 0.31 }], ["diverging"]],
  ["a test loss that is NaN", [{}, { testLoss: NaN }], ["diverging!"]],
  ["many errors, which may still fall", [{ correct: 9600 }, { correct: 9710 }], ["behind"]],
  ["too many errors", [{ correct: 8000 }, { correct: 8500 }], ["behind!"]],
  ["too many errors in the first epoch only", [{ correct: 8000 }], []],
  ["a bad epoch after a good one", [{ correct: 9850 }, { correct: 9500 }], ["behind"]],
  ["a training loss that is still high", [{}, {}, { trainLoss: 0.21 }], ["underfitting!"]],
  ["a training loss that is high, but early", [{}, { trainLoss: 0.21 }], []],
  ["a training loss just low enough", [{}, {}, { trainLoss: 0.2 }], []],
  [
    "overfitting",
    [
      { trainLoss: 0.05, testLoss: 0.05 },
      { trainLoss: 0.03, testLoss: 0.07 },
      { trainLoss: 0.02, testLoss: 0.07 },
    ],
    ["overfitting"],
  ],
  [
    "overfitting with a loss that is still high, which is not called underfitting as well",
    [
      { trainLoss: 0.5, testLoss: 0.5 },
      { trainLoss: 0.3, testLoss: 0.7 },
      { trainLoss: 0.25, testLoss: 0.8 },
    ],
    ["overfitting"],
  ],
  [
    "one bad test, as batch norm's statistics may give",
    [
      { trainLoss: 0.5, testLoss: 0.5 },
      { trainLoss: 0.18, testLoss: 0.9 },
    ],
    [],
  ],
  [
    "losses of a few images learnt by heart, which go up and down",
    [{ trainLoss: 0.002 }, { trainLoss: 0.004 }, { trainLoss: 0.003 }],
    [],
  ],
  ["nothing left to learn", [{ trainLoss: 0, health: { relus: [], gradients: gradients(0, 0) } }], []],
  [
    "a dead layer, through which no gradient comes",
    [{ health: { relus: relus(0, 16), gradients: gradients(0, 0) } }],
    ["dead ReLUs"],
  ],
  [
    "weights of zero, whose relative gradients are infinite",
    [{ health: { relus: [], gradients: gradients(1, Infinity) } }],
    [],
  ],
  ["dead ReLUs", [{ health: { relus: relus(0, 8), gradients: [] } }], ["dead ReLUs"]],
  ["vanishing gradients", [{ health: { relus: [], gradients: gradients(0.0009, 1) } }], ["vanishing gradients"]],
  ["no gradient at all", [{ health: { relus: [], gradients: gradients(0, 0) } }], ["vanishing gradients"]],
] as const satisfies readonly (readonly [string, readonly Change[], readonly string[]])[]) {
  test(`${what}: ${expected.join(", ") || "nothing"}`, () => assert.deepEqual(said(progress(changes)), expected));
}

test("the texts contain the figures", () => {
  const texts = [
    ...adviseTraining(progress([{ correct: 8000 }, { correct: 8500 }])),
    ...adviseTraining(progress([{ health: { relus: relus(0, 8), gradients: gradients(0.0009, 1) } }])),
  ].map(({ text }) => text);
  assert.match(
    texts[0]!,
    /^85\.00 % after epoch 2 of 19 \(the reference had 98\.58 %\); at best 75 errors .* only 60 are allowed$/,
  );
  assert.match(texts[1]!, /^8 of the 16 channels of ReLU 2 of 2 are zero/);
  assert.match(texts[2]!, /the gradient of conv1\.weight, relative to its weights, is 0\.0009 of the largest/);
  assert.match(
    adviseTraining(progress([{}, { trainLoss: 0.3 }, { trainLoss: 0.2512 }]))[0]!.text,
    /^the mean loss of epoch 3 is 0\.251, and a run that reaches 99\.4 % should be below 0\.2 by now: /,
  );
});

test("the nearer the end, the less the errors can fall", () => {
  const epochs = [{ correct: 9700 }, { correct: 9800 }, { correct: 9880 }];
  assert.deepEqual(said(progress(epochs, { budget: 8 })), []);
  assert.deepEqual(said(progress(epochs, { budget: 4 })), ["behind!"]);
});

test("while training images are cropped, test results are ignored and training losses count", () => {
  const poor = [{ correct: 9500 }, { correct: 8500, trainLoss: 2.3 }];
  assert.deepEqual(said(progress(poor)), ["diverging!", "behind"]);
  assert.deepEqual(said(progress(poor, { cropped: 2 })), ["diverging!"]);
  assert.deepEqual(said(progress(poor, { cropped: 1 })), ["diverging!", "behind"]);
  const guessing = [{ trainLoss: 2.3, correct: 3000 }];
  assert.deepEqual(said(progress(guessing)), []);
  assert.deepEqual(said(progress(guessing, { cropped: 1 })), ["not learning"]);
});

test("earlier runs: clearly worse than the worst of them is behind; one whose errors fell further gives hope", () => {
  const run = (...correct: number[]) => progress(correct.map((right) => ({ correct: right }))).epochs;
  const earlier = [run(9700, 9900, 9941), run(9700, 9880, 9942)];
  const now = [{ correct: 9700 }, { correct: 9750 }];
  const other = progress(now, { budget: 3, reference: false, earlier });
  assert.match(
    adviseTraining(other)[0]!.text,
    /^97\.50 % after epoch 2 of 3 \(2 earlier runs had 98\.80 % to 99\.00 %\): /,
  );
  assert.deepEqual(said(progress(now, { budget: 3, earlier })), ["behind!"]);
  assert.deepEqual(said(progress(now, { budget: 3, earlier: [run(9000, 9500, 9945)] })), []);
});

test("after the last epoch nothing is predicted any more", () => {
  const epochs = [{}, { trainLoss: 0.3 }, { trainLoss: 0.3 }];
  assert.deepEqual(said(progress(epochs, { budget: 5 })), ["underfitting!"]);
  assert.deepEqual(said(progress(epochs, { budget: 3 })), []);
});

test("an earlier run that passed with as high a training loss gives hope, one that did not pass gives none", () => {
  const run = (correct: number) => progress([{}, {}, { trainLoss: 0.4 }, { correct }]).epochs;
  const now = [{}, { trainLoss: 0.3 }, { trainLoss: 0.3 }];
  assert.deepEqual(said(progress(now, { earlier: [run(9941)] })), []);
  assert.deepEqual(said(progress(now, { earlier: [run(9939)] })), ["underfitting!"]);
});

test("an earlier run without an error has no fall to compare with", () => {
  const earlier = [progress([{ correct: 10_000 }, { correct: 10_000 }]).epochs];
  assert.deepEqual(said(progress([{ correct: 9800 }, { correct: 9950 }], { earlier })), ["behind"]);
});

test("without the reference there is no goal to miss", () => {
  assert.deepEqual(said(progress([{ correct: 5000 }, { correct: 6000 }], { reference: false })), []);
  assert.deepEqual(said(progress([{}, {}, { trainLoss: 1 }], { reference: false, budget: 3 })), ["diverging"]);
});

test("advice is not repeated, unless it has become hopeless", () => {
  const changes = [{}, { correct: 9710 }, { correct: 9700 }, { correct: 9700 }];
  const after = (epochs: number): string[] =>
    newAdvice(progress(changes.slice(0, epochs), { budget: 5 })).map(
      ({ sign, hopeless }) => `${sign}${hopeless ? "!" : ""}`,
    );
  assert.deepEqual(after(2), ["behind"]);
  assert.deepEqual(after(3), ["behind!"]);
  assert.deepEqual(after(4), []);
});

test("test results count from the first epoch that is not cropped", () => {
  const first = { correct: 9850, trainLoss: 0.3 };
  const progressOf = (cropped: number) =>
    progress([first, { correct: 9000 }], {
      reference: false,
      cropped,
      earlier: [progress([{}, { correct: 9880 }]).epochs],
    });
  assert.deepEqual(said(progressOf(1)), ["behind"]);
  assert.deepEqual(said(progressOf(2)), []);
});
