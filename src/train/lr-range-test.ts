/**
 * The learning-rate range test: the rate grows from step to step, by the same factor each time, until the loss explodes.
 * L. N. Smith, "Cyclical Learning Rates for Training Neural Networks" (2017), section 3.3; the smoothing is
 * that of fastai's `lr_find`.
 */
import { anyNetwork } from "../trace/kinds.js";
import { recordWith, iterable } from "../errors/record-kinds.js";
import { arrayOf, instance, number } from "../errors/kinds.js";
import { Signature, required, optional, byName } from "../errors/signature.js";
import type { Batch } from "../data/dataset.js";
import { ArgumentError } from "../errors/errors.js";
import type { Module } from "../nn/index.js";
import { beginTraining } from "../nn/modes.js";
import { Optimizer } from "../optim/index.js";
import type { Tensor } from "../tensor/tensor.js";
import { losses, type LossChoice, lossName } from "./losses.js";
import { checkOutput, refuseNegative } from "./network-check.js";
import { rememberTraining } from "./kept-training.js";
import { ownGenerators } from "./training-generators.js";

/** Options of `lrRangeTest`. */
export interface RangeTestOptions extends LossChoice {
  /** A network that computes log-likelihoods [N, classes] or, with the loss "cross-entropy", scores. */
  readonly model: Module;
  /** Its optimizer. */
  readonly optimizer: Optimizer;
  /** At least as many batches as there are steps. */
  readonly batches: Iterable<Batch>;
  /** The first learning rate, above 0. */
  readonly from: number;
  /** The last learning rate. */
  readonly to: number;
  /** The number of steps, at least 2. */
  readonly steps: number;
}

/** A step of the test. */
export interface RangePoint {
  /** The learning rate. */
  readonly lr: number;
  /** The loss of the batch, before the step with this rate; NaN if the training has diverged. */
  readonly loss: number;
  /** The running mean of the losses so far; the newest has the weight 0.05. */
  readonly smoothed: number;
}

/** What `suggestLr` suggests. */
export interface RateSuggestion {
  /** The suggested rate. */
  readonly lr: number;
  /** The rate at which the smoothed loss falls most steeply, on a logarithmic scale of rates. */
  readonly steepest: number;
  /** The rate at which it is lowest. */
  readonly lowest: number;
  /** Whether the test has seen the loss explode; if not, higher rates may be good too. */
  readonly exploded: boolean;
}

/** The newest loss' weight in the mean. */
const WEIGHT = 0.05;
/** The test ends when the smoothed loss reaches this multiple of its lowest value. */
const EXPLODED = 2;

/** A tenth of the rate with the lowest loss is the other suggestion. */
const BELOW_LOWEST = 10;

const ofLrRangeTest = new Signature("lrRangeTest", [
  byName(required("model", anyNetwork)),
  byName(
    required(
      "optimizer",
      instance("an optimizer", () => Optimizer),
    ),
  ),
  byName(required("batches", iterable("batches of images and labels, such as a DataLoader"))),
  byName(required("from", number)),
  byName(required("to", number)),
  byName(required("steps", number)),
  byName(optional("loss", lossName)),
]);

/**
 * Runs a learning-rate range test: the rate grows by the same factor from step to step, until the loss explodes. Smith
 * 2017 ("Cyclical Learning Rates for Training Neural Networks", section 3.3), with the smoothing of fastai's `lr_find`. When
 * it ends, also early by `break`, the network, the optimizer, the default generator and a loader's own are as they were before.
 * @param options the network, its optimizer, batches, and the range of rates
 * @returns the loss at each rate, step by step
 * @throws ArgumentError if the range is not possible, if there are fewer batches than steps, or if the network's outputs do
 *   not suit the loss
 * @example
 * const model = new ExerciseNet();
 * const points = lrRangeTest({
 *   model,
 *   optimizer: new optim.SGD(model.parameters()),
 *   batches: Array.from({ length: 4 }, () => [rand([4, 1, 28, 28]), randint(0, 10, [4])] as const),
 *   from: 0.001,
 *   to: 1,
 *   steps: 4,
 * });
 * [...points].map(({ lr }) => lr); // [0.001, 0.01, 0.1, 1]
 */
export function lrRangeTest(options: RangeTestOptions): Generator<RangePoint> {
  ofLrRangeTest.read(arguments);
  return rangeTest(options);
}

function* rangeTest(options: RangeTestOptions): Generator<RangePoint> {
  const { model, optimizer, from, to, steps } = options;
  if (!(from > 0 && from < to && Number.isInteger(steps) && steps >= 2)) {
    throw new ArgumentError({
      op: "lrRangeTest",
      problem: "invalid range",
      expected: "0 < from < to, in at least 2 steps",
      got: `from ${from} to ${to} in ${steps}`,
    });
  }
  const putBack = rememberTraining(model, optimizer, ownGenerators(options.batches));
  try {
    beginTraining(model);
    yield* train(options);
  } finally {
    putBack();
  }
}

/** Trains with growing rates. */
function* train({
  model,
  optimizer,
  batches,
  from,
  to,
  steps,
  loss: choice = "nll",
}: RangeTestOptions): Generator<RangePoint> {
  let [step, mean, lowest] = [0, 0, Infinity];
  for (const [images, labels] of batches) {
    const lr = from * (to / from) ** (step / (steps - 1));
    for (const group of optimizer.paramGroups) group.lr = lr;
    optimizer.zeroGrad();
    const output = (model as (images: Tensor) => Tensor)(images);
    const value = losses[choice](output, labels);
    value.backward();
    optimizer.step();
    const loss = value.item();
    if (step === 0) checkOutput(model, output, choice);
    refuseNegative(model, loss, `of batch ${step}`);
    step++;
    mean = WEIGHT * loss + (1 - WEIGHT) * mean;
    // The first means would be too low, so they are divided by the sum of the weights in them.
    const smoothed = mean / (1 - (1 - WEIGHT) ** step);
    yield { lr, loss, smoothed };
    lowest = Math.min(lowest, smoothed);
    if (step === steps || !(smoothed < EXPLODED * lowest)) return;
  }
  throw new ArgumentError({
    op: "lrRangeTest",
    problem: `the batches end before the last rate, ${to}, is reached`,
    expected: `${steps} batches`,
    got: String(step),
    hint: "take fewer steps, or more batches: begin the loader's next epoch when one has ended",
  });
}

/** The number of first steps that say little, because the running mean covers too few losses. */
const YOUNG = 10;

const ofSuggestLr = new Signature("suggestLr", [
  required("points", arrayOf(recordWith("a point of lrRangeTest()", "lr", "smoothed"))),
]);

/**
 * Suggests a learning rate: the lower of the rate at which the loss falls most steeply and a tenth of the rate at which
 * it is lowest. docs/know-early.md explains why.
 * @param points what `lrRangeTest` returned
 * @returns the suggestion, and what it rests on
 * @throws ArgumentError if there are too few points
 * @example
 * const points = Array.from({ length: 40 }, (_, i) => ({ lr: 10 ** (i / 10 - 4), loss: 0, smoothed: Math.abs(i - 30) }));
 * suggestLr(points).lowest; // 0.1
 */
export function suggestLr(points: readonly RangePoint[]): RateSuggestion {
  ofSuggestLr.read(arguments);
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
