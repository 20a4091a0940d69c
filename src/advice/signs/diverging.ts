import { significant } from "../../text/figures.js";
import { last } from "../progress.js";
import type { Sign } from "../sign.js";

export const sign: Sign = {
  name: "diverging",
  look: ({ epochs }) => {
    const { epoch, trainLoss, testLoss } = last(epochs);
    if (!Number.isFinite(testLoss) || !Number.isFinite(trainLoss)) {
      return { text: `the loss after epoch ${epoch} is NaN or infinite: lower the learning rate`, hopeless: true };
    }
    const lowest = Math.min(...epochs.map((one) => one.trainLoss));
    if (trainLoss < 1.5 * lowest) return undefined;
    const text = `the training loss has risen from ${significant(lowest)} to ${significant(trainLoss)} in epoch ${epoch}: lower the learning rate`;
    return { text, hopeless: false };
  },
};
