import { significant } from "../../text/figures.js";
import { goalIn, guessingLoss, last, NEAR_GUESSING, reachedGoal } from "../progress.js";
import { GOAL } from "../../exercise/rules.js";
import type { Sign } from "../sign.js";
import { overfits } from "./overfitting.js";

/** From this epoch on, a training loss above this one means that too little is learnt for the goal. */
const UNDERFIT = { from: 3, trainLoss: 0.2 } as const;

export const sign: Sign = {
  name: "underfitting",
  look: (progress) => {
    const { epochs, budget, earlier, reference } = progress;
    const { epoch, trainLoss } = last(epochs);
    // What is lost, never learnt at all, or learnt by heart has other causes.
    if (!(trainLoss < NEAR_GUESSING * guessingLoss(progress)) || overfits(progress)) return undefined;
    const goal = goalIn(progress);
    // How large the loss may be was measured on MNIST, for its goal.
    if (!reference || goal === undefined || goal < GOAL || epoch < UNDERFIT.from || epoch >= budget) return undefined;
    const reached = earlier.filter((run) => reachedGoal(run, goal)).flatMap((run) => run[epoch - 1]?.trainLoss ?? []);
    const most = Math.max(UNDERFIT.trainLoss, ...reached);
    if (!(trainLoss > most)) return undefined;
    const text = `the mean loss of epoch ${epoch} is ${significant(trainLoss)}, and a run that reaches ${goal} % should be below ${significant(most)} by now: try more layers or kernels, a larger receptive field, less dropout, or another learning rate`;
    return { text, hopeless: true };
  },
};
