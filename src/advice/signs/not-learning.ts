import { significant } from "../../text/figures.js";
import { guessingLoss, hasDeadLayer, last, NEAR_GUESSING, SURE_FROM, testsWell } from "../progress.js";
import type { Sign } from "../sign.js";

/** Up to this many times the loss of guessing is close to it. */
const FAR = 1.1;
/** A loss of less than this share of the first epoch's falls, however slowly. */
const FALLEN = 0.97;

export const sign: Sign = {
  name: "not learning",
  look: (progress) => {
    const { epochs, classes } = progress;
    const { epoch, trainLoss, health } = last(epochs);
    const guessing = guessingLoss(progress);
    const learnt = epochs.some((one) => one.trainLoss < NEAR_GUESSING * guessing);
    if (!Number.isFinite(trainLoss) || learnt || testsWell(progress)) return undefined;
    const figure = `the mean loss of epoch ${epoch} is ${significant(trainLoss)}`;
    const other = `that of guessing (ln ${classes} = ${significant(guessing)})`;
    if (trainLoss > FAR * guessing) {
      const text = `${figure}, above ${other}, so the network is sure of wrong answers: lower the learning rate, and check that the images are normalised`;
      return { text, hopeless: epoch >= SURE_FROM };
    }
    const first = epochs[0]!.trainLoss;
    if (trainLoss < FALLEN * first) {
      const text = `${figure}, close to ${other}, and has fallen little from the ${significant(first)} of epoch 1: train for longer, or try another learning rate, or less dropout`;
      return { text, hopeless: false };
    }
    const rates = hasDeadLayer(health) ? "ten times lower" : "ten times lower, or ten times higher";
    const labels = epoch >= SURE_FROM ? "; if that does not help, check that the labels belong to their images" : "";
    return {
      text: `${figure}, close to ${other}: try a learning rate ${rates}${labels}`,
      hopeless: epoch >= SURE_FROM,
    };
  },
};
