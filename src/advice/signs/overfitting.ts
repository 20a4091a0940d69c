import { significant } from "../../text/figures.js";
import { last } from "../progress.js";
import type { Sign } from "../sign.js";

export const sign: Sign = {
  name: "overfitting",
  byTests: true,
  look: ({ epochs }) => {
    const { epoch, trainLoss, testLoss } = last(epochs);
    const best = epochs.reduce((a, b) => (b.testLoss < a.testLoss ? b : a));
    const rising = testLoss > 1.2 * best.testLoss && trainLoss < best.trainLoss;
    if (!rising || trainLoss > testLoss / 2) return undefined;
    const text = `since epoch ${best.epoch} the training loss has fallen from ${significant(best.trainLoss)} to ${significant(trainLoss)}, while the test loss has risen from ${significant(best.testLoss)} to ${significant(testLoss)} in epoch ${epoch}: augment the images, add dropout, or use fewer parameters`;
    return { text, hopeless: false };
  },
};
