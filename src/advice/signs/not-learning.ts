import { significant } from "../../text/figures.js";
import { last, SURE_FROM } from "../progress.js";
import type { Sign } from "../sign.js";

export const sign: Sign = {
  name: "not learning",
  look: ({ epochs, classes }) => {
    const { epoch, trainLoss } = last(epochs);
    const guessing = Math.log(classes);
    if (trainLoss < 0.9 * guessing) return undefined;
    const text = `the mean loss of epoch ${epoch} is ${significant(trainLoss)}, close to that of guessing (ln ${classes} = ${significant(guessing)}): try a learning rate ten times lower, or ten times higher`;
    return { text, hopeless: epoch >= SURE_FROM };
  },
};
