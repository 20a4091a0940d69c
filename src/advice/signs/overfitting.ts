import { significant } from "../../text/figures.js";
import { errors, guessingLoss, last, testsWell, type EpochFigures, type TrainingProgress } from "../progress.js";
import type { Sign } from "../sign.js";

/** A test loss of more than this many times the lowest has risen. */
const RISEN = 1.2;
/** A test loss is far above the training loss if it is at least this many times as large, */
const FAR_ABOVE = 5;
/** and at least this share of the loss of guessing. */
const LARGE = 0.1;

export const sign: Sign = {
  name: "overfitting",
  byTests: true,
  look: (progress) => {
    const finding = risen(progress) ?? farAbove(progress);
    if (finding === undefined) return undefined;
    const hint = testsWell(progress)
      ? "train on more images, augment them, add dropout, or use fewer parameters"
      : "the tests are no better than guessing, so check that all labels are right and that test images are normalised as in training, or train on more images";
    return { text: `${finding}: ${hint}`, hopeless: false };
  },
};

/** Whether the training images are learnt by heart, so that the network is not too small. */
export function overfits(progress: TrainingProgress): boolean {
  return last(progress.epochs).epoch > progress.cropped && sign.look(progress) !== undefined;
}

/** In one epoch alone, the test may be bad because batch norm's statistics are. */
const isLasting = (epochs: readonly EpochFigures[], holds: (one: EpochFigures) => boolean): boolean =>
  epochs.length >= 2 && epochs.slice(-2).every(holds);

function risen({ epochs }: TrainingProgress): string | undefined {
  const now = last(epochs);
  const best = epochs.reduce((a, b) => (b.testLoss < a.testLoss ? b : a));
  const isRising = isLasting(
    epochs,
    (one) =>
      one.testLoss > RISEN * best.testLoss && one.trainLoss < best.trainLoss && one.trainLoss <= one.testLoss / 2,
  );
  if (!isRising || errors(now) === 0) return undefined;
  const change = (loss: "trainLoss" | "testLoss"): string =>
    `from ${significant(best[loss])} to ${significant(now[loss])}`;
  return `since epoch ${best.epoch} the training loss has fallen ${change("trainLoss")}, while the test loss has risen ${change("testLoss")} in epoch ${now.epoch}`;
}

function farAbove(progress: TrainingProgress): string | undefined {
  const { epoch, trainLoss, testLoss } = last(progress.epochs);
  const large = LARGE * guessingLoss(progress);
  const isFar = isLasting(
    progress.epochs,
    (one) => one.testLoss >= large && one.testLoss >= FAR_ABOVE * one.trainLoss && one.epoch > progress.cropped,
  );
  if (!isFar) return undefined;
  return `after epoch ${epoch} the test loss is ${significant(testLoss)}, and the training loss only ${significant(trainLoss)}`;
}
