/** Tests of the signs that a training is not going well: figures that just deserve the advice, and that just do not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EpochFigures, TrainingProgress } from "../../src/advice/progress.js";
import type { Sign } from "../../src/advice/sign.js";
import { adviseTraining } from "../../src/advice/training-advice.js";

export type Change = Partial<Omit<EpochFigures, "epoch">>;

/** A training that deserves no advice except for what is changed: falling losses, few errors, and no reference. */
export function progress(changes: readonly Change[], more: Partial<TrainingProgress> = {}): TrainingProgress {
  const epochs = changes.map((change, i) => ({
    ...{ epoch: i + 1, trainLoss: 0.1 / (i + 1), testLoss: 0.1 / (i + 1), correct: 9950, total: 10_000, seconds: 1 },
    ...change,
  }));
  return { budget: 19, classes: 10, reference: false, cropped: 0, earlier: [], epochs, ...more };
}

/** The advice on a training: the name of each sign, with `!` if the goal is out of reach. */
export function said(of: TrainingProgress): string[] {
  return adviseTraining(of).map(({ sign, hopeless }) => `${sign}${hopeless ? "!" : ""}`);
}

/** A run with these numbers of correct answers. */
export function run(...correct: number[]): readonly EpochFigures[] {
  return progress(correct.map((right) => ({ correct: right }))).epochs;
}

/** What the health check found: dead channels of each ReLU, and the gradient of each layer relative to its weights. */
export function health(relus: readonly [dead: number, units: number][], ratios: readonly number[] = []): Change {
  return {
    health: {
      relus: relus.map(([dead, units]) => ({ dead, units })),
      gradients: ratios.map((ratio, i) => ({ weight: `conv${i}.weight`, ratio })),
    },
  };
}

export const losses = (...trainLosses: number[]): Change[] => trainLosses.map((trainLoss) => ({ trainLoss }));
export const withReference = { reference: true };

export interface Threshold {
  readonly what: string;
  readonly said: readonly [TrainingProgress, expected: readonly string[]];
  readonly spared: readonly [TrainingProgress, expected: readonly string[]];
}

export function testSign({ name }: Sign, thresholds: readonly Threshold[]): void {
  test(`${name} is said of a training in at least one case`, () => {
    const all = thresholds.flatMap(({ said: [, expected] }) => expected);
    assert.ok(all.includes(name) || all.includes(`${name}!`), `add figures that just deserve the advice "${name}"`);
  });
  for (const { what, said: deserving, spared } of thresholds) {
    test(`${name}: ${what}`, () => {
      assert.deepEqual(said(deserving[0]), deserving[1], "just enough");
      assert.deepEqual(said(spared[0]), spared[1], "just not enough");
      for (const { text } of adviseTraining(deserving[0])) {
        assert.doesNotMatch(text, /\n/, `the text of "${name}" must be one line`);
        assert.match(text, /\d/, `the text of "${name}" must contain the figures`);
      }
    });
  }
}

/** All numbers in a text. */
export function numbersIn(text: string): number[] {
  return (text.match(/\d+(\.\d+)?/g) ?? []).map(Number);
}
