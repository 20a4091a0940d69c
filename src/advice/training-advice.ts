/**
 * Knowing early that a network is not doing well, by comparison: what can be said of a training after an epoch, from
 * the records of its epochs so far, the reference curve and earlier runs. The signs stand as data, one record each.
 * How often they are right is measured over recorded runs: docs/know-early.md.
 */
import type { EpochEvent } from "../train/events.js";
import { leastCorrect } from "../exercise/rules.js";
import { percent, significant } from "../text/figures.js";
import { REFERENCE_TOTAL, referenceCurve } from "../exercise/reference-curve.js";

/** What is remembered of an epoch; early runs have no health. */
export type EpochFigures = Omit<EpochEvent, "type" | "health"> & { readonly health?: EpochEvent["health"] | undefined };

export interface TrainingProgress {
  /** Epochs that the training is to have. */
  readonly budget: number;
  /** How many classes there are to tell apart. */
  readonly classes: number;
  /** The finished epochs in their order, from the first. */
  readonly epochs: readonly EpochFigures[];
  /** Whether the reference curve stands for this data; the goal of 99.4 % does where it does. */
  readonly reference: boolean;
  /** So many first epochs were trained on cropped images: their tests, on whole ones, say little. */
  readonly cropped: number;
  /** Finished runs on the same data, with the same budget, and cropped in the same way. */
  readonly earlier: readonly (readonly EpochFigures[])[];
}

export interface TrainingAdvice {
  /** The epoch after which it is said. */
  readonly epoch: number;
  /** The sign's name. */
  readonly sign: string;
  /** One line, with the figures. */
  readonly text: string;
  /** Whether the goal is out of reach. */
  readonly hopeless: boolean;
}

type Finding = Pick<TrainingAdvice, "text" | "hopeless">;

export interface Sign {
  readonly name: string;
  /** Whether it goes by test results. */
  readonly byTests?: true;
  /** Looks at a training with at least one epoch. */
  readonly look: (progress: TrainingProgress) => Finding | undefined;
}

/** Before this epoch nothing is called hopeless: the first one's test is unreliable, as batch norm has just begun. */
const SURE_FROM = 2;
/** So many times the errors of another run are clearly more. */
const CLEARLY_MORE = 2;
/** Until the end errors fall to the square of the share of the epochs that are done, at best, and never below this. */
const BEST_FALL = 0.05;
/** From this epoch on a higher training loss than this says that too little is learnt for the goal. */
const UNDERFIT = { from: 3, trainLoss: 0.2 } as const;
/** From here on, half of a layer does nothing. */
const MANY_DEAD = 0.5;
/** Where gradients reach the first layer, they are no smaller than this beside the largest. */
const VANISHED = 1e-3;

const last = <T>(list: readonly T[]): T => list[list.length - 1]!;
const errors = ({ correct, total }: EpochFigures): number => total - correct;
const accuracy = ({ correct, total }: EpochFigures): string => percent(correct / total);
const fewestErrors = (epochs: readonly EpochFigures[]): number => Math.min(...epochs.map(errors));
const reachedGoal = (epochs: readonly EpochFigures[]): boolean =>
  last(epochs).correct >= leastCorrect(last(epochs).total);

export const signs: readonly Sign[] = [
  {
    name: "not learning",
    look: ({ epochs, classes }) => {
      const { epoch, trainLoss } = last(epochs);
      const guessing = Math.log(classes);
      if (trainLoss < 0.9 * guessing) return undefined;
      const text = `the mean loss of epoch ${epoch} is ${significant(trainLoss)}, about that of guessing (ln ${classes} = ${significant(guessing)}): try a tenth of the learning rate, or ten times it`;
      return { text, hopeless: epoch >= SURE_FROM };
    },
  },
  {
    name: "diverging",
    look: ({ epochs }) => {
      const { epoch, trainLoss, testLoss } = last(epochs);
      if (!Number.isFinite(testLoss) || !Number.isFinite(trainLoss)) {
        return { text: `the loss after epoch ${epoch} is no number any more: lower the learning rate`, hopeless: true };
      }
      const lowest = Math.min(...epochs.map((one) => one.trainLoss));
      if (trainLoss < 1.5 * lowest) return undefined;
      const text = `the training loss has risen from ${significant(lowest)} to ${significant(trainLoss)} in epoch ${epoch}: lower the learning rate`;
      return { text, hopeless: false };
    },
  },
  { name: "behind", byTests: true, look: lookBehind },
  {
    name: "underfitting",
    look: ({ epochs, budget, reference, earlier }) => {
      const { epoch, trainLoss } = last(epochs);
      if (!reference || epoch < UNDERFIT.from || epoch >= budget) return undefined;
      const reached = earlier.filter(reachedGoal).flatMap((run) => run[epoch - 1]?.trainLoss ?? []);
      const most = Math.max(UNDERFIT.trainLoss, ...reached);
      if (!(trainLoss > most)) return undefined;
      const text = `the mean loss of epoch ${epoch} is still ${significant(trainLoss)}, and a run that is to have 99.4 % should be below ${significant(most)} by now: more layers or kernels, a larger receptive field, less dropout, or another learning rate`;
      return { text, hopeless: true };
    },
  },
  {
    name: "overfitting",
    byTests: true,
    look: ({ epochs }) => {
      const { epoch, trainLoss, testLoss } = last(epochs);
      const best = epochs.reduce((a, b) => (b.testLoss < a.testLoss ? b : a));
      const rising = testLoss > 1.2 * best.testLoss && trainLoss < best.trainLoss;
      if (!rising || trainLoss > testLoss / 2) return undefined;
      const text = `since epoch ${best.epoch} the training loss has fallen from ${significant(best.trainLoss)} to ${significant(trainLoss)}, while the test loss has risen from ${significant(best.testLoss)} to ${significant(testLoss)} in epoch ${epoch}: augment the images, add dropout, or take fewer parameters`;
      return { text, hopeless: false };
    },
  },
  {
    name: "dead ReLUs",
    look: ({ epochs }) => {
      const { epoch, health } = last(epochs);
      const relus = health?.relus ?? [];
      const worst = relus.map(({ units, dead }) => dead / units);
      const share = Math.max(0, ...worst);
      if (share < MANY_DEAD) return undefined;
      const place = worst.indexOf(share);
      const { units, dead } = relus[place]!;
      const text = `${dead} of the ${units} channels of ReLU ${place + 1} of ${relus.length} are zero for every image tried after epoch ${epoch}: lower the learning rate, or put batch norm before it`;
      return { text, hopeless: false };
    },
  },
  {
    name: "vanishing gradients",
    look: ({ epochs }) => {
      const { epoch, health } = last(epochs);
      const gradients = health?.gradients ?? [];
      const largest = Math.max(...gradients.map(({ ratio }) => ratio));
      const first = gradients[0];
      if (!first || !(first.ratio < VANISHED * largest || largest === 0)) return undefined;
      const hint = "put batch norm between the layers, ReLU for sigmoid, or take fewer layers";
      const share = significant(first.ratio / largest, 2);
      const text =
        largest === 0
          ? `after epoch ${epoch} no gradient reaches any weight: ${hint}`
          : `after epoch ${epoch} the gradient of ${first.weight}, against its weights, is ${share} of the largest layer's: ${hint}`;
      return { text, hopeless: false };
    },
  },
];

/** Behind the reference or the earlier runs; hopeless, where the goal cannot be reached even by falling at its best. */
function lookBehind(progress: TrainingProgress): Finding | undefined {
  const { epochs, budget, earlier } = progress;
  const now = last(epochs);
  if (now.epoch < SURE_FROM || now.epoch >= budget) return undefined;
  const hopeless = outOfReach(progress);
  const compared = comparisons(progress);
  if (
    hopeless === undefined &&
    compared.every(({ errorShare }) => errors(now) / now.total <= CLEARLY_MORE * errorShare)
  ) {
    return undefined;
  }
  const others = compared.map(({ who, shown }) => `${who} had ${shown}`).join(", ");
  const text = `${accuracy(now)} after epoch ${now.epoch} of ${budget}${others && ` (${others})`}`;
  if (hopeless !== undefined) return { text: `${text}; ${hopeless}`, hopeless: true };
  const hint =
    earlier.length > 0 ? "what is different from them?" : "try another learning rate, or compare the network's layers";
  return { text: `${text}: ${hint}`, hopeless: false };
}

/** How others stood after the same epoch; of several earlier runs the worst counts. */
function comparisons({ epochs, reference, earlier }: TrainingProgress) {
  const { epoch } = last(epochs);
  const found: { who: string; shown: string; errorShare: number }[] = [];
  const known = reference ? referenceCurve[epoch - 1] : undefined;
  if (known) {
    // Counted, as 1 − 0.9858 is less than 0.0142 in floating point.
    const errorShare = (REFERENCE_TOTAL - known.correct) / REFERENCE_TOTAL;
    found.push({ who: "the reference", shown: percent(known.correct / REFERENCE_TOTAL), errorShare });
  }
  const then = earlier.flatMap((run) => run[epoch - 1] ?? []).sort((a, b) => a.correct / a.total - b.correct / b.total);
  if (then.length > 0) {
    const [worst, best] = [then[0]!, last(then)];
    const who = then.length === 1 ? "an earlier run" : `${then.length} earlier runs`;
    const shown = then.length === 1 ? accuracy(worst) : `${accuracy(worst)} to ${accuracy(best)}`;
    found.push({ who, shown, errorShare: errors(worst) / worst.total });
  }
  return found;
}

/** Says so, in words, where the goal is out of reach. */
function outOfReach({ epochs, budget, reference, earlier }: TrainingProgress): string | undefined {
  if (!reference) return undefined;
  const { epoch, total } = last(epochs);
  const allowed = total - leastCorrect(total);
  // Where there was no error left, nothing could fall.
  const falls = earlier
    .filter((run) => fewestErrors(run.slice(0, epoch)) > 0)
    .map((run) => fewestErrors(run) / fewestErrors(run.slice(0, epoch)));
  const fall = Math.min(Math.max(BEST_FALL, (epoch / budget) ** 2), ...falls);
  const least = Math.floor(fewestErrors(epochs) * fall);
  if (least <= allowed) return undefined;
  return `at best ${least} errors are to be expected at the end, and ${allowed} are allowed`;
}

/**
 * What is to be said of a training after its last finished epoch.
 * @example adviseTraining({ budget: 8, classes: 10, epochs, reference: true, cropped: 0, earlier: [] }).some((a) => a.hopeless)
 */
export function adviseTraining(progress: TrainingProgress): TrainingAdvice[] {
  const { epoch } = last(progress.epochs);
  return signs.flatMap(({ name, byTests, look }) => {
    const finding = byTests && epoch <= progress.cropped ? undefined : look(progress);
    return finding ? [{ epoch, sign: name, ...finding }] : [];
  });
}

/** The same without what was said after an earlier epoch already; again, where it has become hopeless. */
export function newAdvice(progress: TrainingProgress): TrainingAdvice[] {
  const said = new Set<string>();
  for (let done = 1; done < progress.epochs.length; done++) {
    const before = adviseTraining({ ...progress, epochs: progress.epochs.slice(0, done) });
    for (const { sign, hopeless } of before) said.add(sign).add(`${sign} ${hopeless}`);
  }
  return adviseTraining(progress).filter(({ sign, hopeless }) => !said.has(hopeless ? `${sign} true` : sign));
}
