/** Compares confusion matrix, precision, recall and calibration with NumPy (fixtures/report/classification.py). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertCloseTo } from "../../test/closeness.js";
import { jsonFixture } from "../../test/fixtures.js";
import { Flatten, Identity, Linear, Sequential, Softmax } from "../nn/index.js";
import { tensor, zeros } from "../tensor/creation.js";
import { calibration } from "./calibration.js";
import { classScores, confusionMatrix } from "./class-scores.js";
import { mistakes, predict, type Predictions } from "./predictions.js";

interface Case {
  readonly labels: number[];
  readonly likelihoods: number[][];
  readonly matrix: number[][];
  readonly precision: (number | null)[];
  readonly recall: (number | null)[];
  readonly f1: (number | null)[];
  readonly ece: number;
}

const cases = jsonFixture<Case[]>("report/classification.json");

function predictions(labels: readonly number[], likelihoods: readonly (readonly number[])[]): Predictions {
  const classes = likelihoods[0]!.length;
  return { classes, labels: Int32Array.from(labels), likelihoods: Float32Array.from(likelihoods.flat()) };
}

const orNull = (values: readonly number[]): (number | null)[] => values.map((x) => (Number.isNaN(x) ? null : x));

for (const [i, one] of cases.entries()) {
  test(`case ${i}: the figures equal NumPy's`, () => {
    const given = predictions(one.labels, one.likelihoods);
    const matrix = confusionMatrix(given);
    assert.deepEqual(matrix, one.matrix);
    const scores = classScores(matrix);
    assert.deepEqual(orNull(scores.map(({ precision }) => precision)), one.precision);
    assert.deepEqual(orNull(scores.map(({ recall }) => recall)), one.recall);
    assert.deepEqual(orNull(scores.map(({ f1 }) => f1)), one.f1);
    assert.equal(scores.at(-1)!.support, 0);
    const { ece, bins, undefined: missing } = calibration(given);
    assertCloseTo(ece, one.ece, absolute(1e-12));
    assert.equal(missing, 0);
    assert.equal(
      bins.reduce((sum, { count }) => sum + count, 0),
      one.labels.length,
    );
  });
}

test("a confidence on an edge belongs to the bin below it", () => {
  const { bins } = calibration(
    predictions(
      [0, 0, 1],
      [
        [0.5, 0.5],
        [1, 0],
        [0.25, 0.75],
      ],
    ),
    2,
  );
  assert.deepEqual(
    bins.map(({ count }) => count),
    [1, 2],
  );
  assert.deepEqual(
    bins.map(({ accuracy, confidence }) => [accuracy, confidence]),
    [
      [1, 0.5],
      [1, 0.875],
    ],
  );
});

test("mistakes: the most confident first, those without a likelihood last", () => {
  const given = predictions(
    [1, 0, 1, 1],
    [
      [0.6, 0.4],
      [0.9, 0.1],
      [NaN, NaN],
      [0.8, 0.2],
    ],
  );
  assert.deepEqual(
    mistakes(given).map(({ index }) => index),
    [3, 0, 2],
  );
  const { ofLabel } = mistakes(given)[0]!;
  assert.equal(Math.fround(0.2), ofLabel);
});

test("predictions that are all NaN are counted, and give no figures", () => {
  const { ece, undefined: missing } = calibration(
    predictions(
      [1, 0],
      [
        [NaN, NaN],
        [NaN, NaN],
      ],
    ),
  );
  assert.equal(missing, 2);
  assert.ok(Number.isNaN(ece));
});

test("a label that is none of the classes is refused", () => {
  const wrong = { classes: 2, labels: Int32Array.of(0, 2), likelihoods: Float32Array.of(0.75, 0.25, 0.75, 0.25) };
  const message =
    /confusionMatrix: target 2 at position 1 is out of bounds: it is not one of the 2 classes; expected 0 to 1\./;
  assert.throws(() => confusionMatrix(wrong), message);
  const model = new Sequential(new Flatten(), new Linear(4, 2));
  for (const [labels, shown] of [
    [tensor([0, 0.5]), "0.5 at position 1"],
    [tensor(Int32Array.of(-1, 0)), "-1 at position 0"],
  ] as const) {
    assert.throws(() => predict(model, [[zeros([2, 1, 2, 2]), labels]]), new RegExp(`predict: target ${shown}`));
  }
});

test("NaN counts as the largest likelihood, as in PyTorch's argmax", () => {
  assert.deepEqual(confusionMatrix(predictions([0, 1], [[0.9, NaN, 0.1], [NaN, 0.2, NaN]])), [[0, 1, 0], [1, 0, 0], [0, 0, 0]]); // prettier-ignore
});

test("predictions of another size, and no images, are refused", () => {
  const wrong = { classes: 3, labels: Int32Array.of(0, 1), likelihoods: Float32Array.of(0.5, 0.5, 0.5, 0.5) };
  for (const use of [confusionMatrix, calibration, mistakes]) {
    assert.throws(() => use(wrong), { name: "ArgumentError", message: /expected 2 × 3 likelihoods, got 4/ });
  }
  const model = new Sequential(new Flatten(), new Linear(4, 3));
  assert.throws(() => predict(model, []), {
    name: "ArgumentError",
    message: /^predict: there are no images to classify/,
  });
});

test("likelihoods from a softmax are taken as they are", () => {
  const images = tensor([[1, 0], [0, 3]]); // prettier-ignore
  const [scores, shares] = [new Softmax(1), new Sequential(new Softmax(1), new Identity())];
  const labels = tensor(Int32Array.of(0, 1));
  const expected = images.softmax(1).data();
  for (const model of [scores, shares]) assert.deepEqual(predict(model, [[images, labels]]).likelihoods, expected);
});
