import { significant } from "../../text/figures.js";
import { last, reachedGoal } from "../progress.js";
import type { Sign } from "../sign.js";

/** From this epoch on, a training loss above this one means that too little is learnt for the goal. */
const UNDERFIT = { from: 3, trainLoss: 0.2 } as const;

export const sign: Sign = {
  name: "underfitting",
  look: ({ epochs, budget, reference, earlier }) => {
    const { epoch, trainLoss } = last(epochs);
    if (!reference || epoch < UNDERFIT.from || epoch >= budget) return undefined;
    const reached = earlier.filter(reachedGoal).flatMap((run) => run[epoch - 1]?.trainLoss ?? []);
    const most = Math.max(UNDERFIT.trainLoss, ...reached);
    if (!(trainLoss > most)) return undefined;
    const text = `the mean loss of epoch ${epoch} is still ${significant(trainLoss)}, and a run that reaches 99.4 % should be below ${significant(most)} by now: try more layers or kernels, a larger receptive field, less dropout, or another learning rate`;
    return { text, hopeless: true };
  },
};
