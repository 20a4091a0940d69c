/**
 * The learning-rate range test: the rate grows from step to step, by the same factor each time, until the loss explodes.
 * L. N. Smith, "Cyclical Learning Rates for Training Neural Networks" (2017), section 3.3; the smoothing is
 * that of fastai's `lr_find`.
 */
import type { Batch } from "../data/dataset.js";
import { ArgumentError } from "../errors/errors.js";
import { functional as F, type Module } from "../nn/index.js";
import { beginTraining } from "../nn/modes.js";
import type { Optimizer } from "../optim/index.js";
import type { Tensor } from "../tensor/tensor.js";

export interface RangeTestOptions {
  /** Gives log-likelihoods [N, classes]; is trained, and useless afterwards. */
  readonly model: Module;
  readonly optimizer: Optimizer;
  /** Batches without end, or at least as many as there are steps. */
  readonly batches: Iterable<Batch>;
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

export interface RangePoint {
  readonly lr: number;
  /** Of the batch, before the step with this rate; NaN where the network has broken. */
  readonly loss: number;
  /** The mean of the losses so far, the newest with weight 0.05. */
  readonly smoothed: number;
}

export interface RateSuggestion {
  /** The rate that is suggested. */
  readonly lr: number;
  /** Where the smoothed loss falls most steeply, by the logarithm of the rate. */
  readonly steepest: number;
  /** Where it is lowest. */
  readonly lowest: number;
  /** Whether the test has seen the loss explode; if not, higher rates may be good too. */
  readonly exploded: boolean;
}

/** The newest loss' weight in the mean. */
const WEIGHT = 0.05;
/** The test ends when the smoothed loss is so many times its lowest value. */
const EXPLODED = 2;

/** A tenth of the rate with the lowest loss is the other suggestion. */
const BELOW_LOWEST = 10;

/** Takes the steps of a range test; ends early when the loss explodes. */
export function* lrRangeTest({ model, optimizer, batches, from, to, steps }: RangeTestOptions): Generator<RangePoint> {
  if (!(from > 0 && from < to && Number.isInteger(steps) && steps >= 2)) {
    throw new ArgumentError({
      op: "lrRangeTest",
      problem: "the range is not possible",
      expected: "0 < from < to, in at least 2 steps",
      got: `from ${from} to ${to} in ${steps}`,
    });
  }
  beginTraining(model);
  let [step, mean, lowest] = [0, 0, Infinity];
  for (const [images, labels] of batches) {
    const lr = from * (to / from) ** (step / (steps - 1));
    for (const group of optimizer.paramGroups) group.lr = lr;
    optimizer.zeroGrad();
    const value = F.nllLoss((model as (images: Tensor) => Tensor)(images), labels);
    value.backward();
    optimizer.step();
    const loss = value.item();
    step++;
    mean = WEIGHT * loss + (1 - WEIGHT) * mean;
    // The first means would be too low: divided by the weights that are in them.
    const smoothed = mean / (1 - (1 - WEIGHT) ** step);
    yield { lr, loss, smoothed };
    lowest = Math.min(lowest, smoothed);
    if (step === steps || !(smoothed < EXPLODED * lowest)) return;
  }
}

/** Steps at the beginning that say little: the mean is young. */
const YOUNG = 10;

/**
 * A rate from a range test: the lower one of the two usual suggestions, the rate of the steepest fall and a tenth of the
 * one with the lowest loss. Either alone was too high somewhere: in a flat valley the lowest loss may lie anywhere, and
 * without batch norm the steepest fall lies close to where the loss explodes. docs/know-early.md has it measured.
 * @throws ArgumentError where there are too few points
 */
export function suggestLr(points: readonly RangePoint[]): RateSuggestion {
  const sure = points.slice(YOUNG).filter(({ smoothed }) => Number.isFinite(smoothed));
  if (sure.length < 3) {
    throw new ArgumentError({
      op: "suggestLr",
      problem: "the loss explodes too early to see a curve",
      expected: `more than ${YOUNG + 2} steps with a finite loss`,
      got: String(sure.length),
      hint: "begin with a lower rate, or take more steps",
    });
  }
  const lowest = sure.reduce((a, b) => (b.smoothed < a.smoothed ? b : a));
  const slopes = sure.slice(1, -1).map(({ lr }, i) => {
    const [before, after] = [sure[i]!, sure[i + 2]!];
    return { lr, slope: (after.smoothed - before.smoothed) / Math.log(after.lr / before.lr) };
  });
  const steepest = slopes.reduce((a, b) => (b.slope < a.slope ? b : a)).lr;
  const last = points.at(-1)!;
  return {
    lr: Math.min(steepest, lowest.lr / BELOW_LOWEST),
    steepest,
    lowest: lowest.lr,
    exploded: !(last.smoothed < EXPLODED * lowest.smoothed),
  };
}
