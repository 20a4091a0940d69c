import { significant } from "../../text/figures.js";
import { guessingLoss, last, NEAR_GUESSING, SURE_FROM } from "../progress.js";
import type { Sign } from "../sign.js";

/** A loss of this many times the lowest has risen. */
const RISEN = 1.5;
/** Losses that are smaller than this share of that of guessing go up and down. */
const SMALL = 0.01;

export const sign: Sign = {
  name: "diverging",
  look: (progress) => {
    const { epochs } = progress;
    const { epoch, trainLoss, testLoss } = last(epochs);
    const broken = [
      ...(Number.isFinite(trainLoss) ? [] : [`the training loss of epoch ${epoch} is ${inWords(trainLoss)}`]),
      ...(Number.isFinite(testLoss) ? [] : [`the test loss after epoch ${epoch} is ${inWords(testLoss)}`]),
    ];
    if (broken.length > 0) {
      const hint = "look for NaN in the images, and for the logarithm of a softmax, where logSoftmax belongs";
      return {
        text: `${broken.join(", and ")}: lower the learning rate; if that does not help, ${hint}`,
        hopeless: true,
      };
    }
    const lowest = epochs.reduce((a, b) => (b.trainLoss < a.trainLoss ? b : a));
    const guessing = guessingLoss(progress);
    if (trainLoss < RISEN * lowest.trainLoss || trainLoss < SMALL * guessing) return undefined;
    const [from, to] = [lowest.trainLoss, trainLoss].map((loss) => significant(loss));
    const text = `the training loss has risen from ${from} in epoch ${lowest.epoch} to ${to} in epoch ${epoch}: lower the learning rate`;
    // What was learnt is lost.
    return { text, hopeless: epoch >= SURE_FROM && trainLoss >= NEAR_GUESSING * guessing };
  },
};

const inWords = (loss: number): string => (Number.isNaN(loss) ? "NaN" : "infinite");
