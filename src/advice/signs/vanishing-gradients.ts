import { significant } from "../../text/figures.js";
import { last } from "../progress.js";
import type { Sign } from "../sign.js";

/** If gradients reach the first layer, they are at least this large there, compared with the largest. */
const VANISHED = 1e-3;
/** So small a training loss that every image is learnt. */
const LEARNT = 0.01;

export const sign: Sign = {
  name: "vanishing gradients",
  look: ({ epochs }) => {
    const { epoch, health, trainLoss } = last(epochs);
    const gradients = (health?.gradients ?? []).filter(({ ratio }) => Number.isFinite(ratio));
    const largest = Math.max(...gradients.map(({ ratio }) => ratio));
    const first = gradients[0];
    if (!first || !(first.ratio < VANISHED * largest || largest === 0)) return undefined;
    // Where nothing is left to learn, there is no gradient; nor is there any through a layer that is dead, of which more is said.
    if (largest === 0 && trainLoss < LEARNT) return undefined;
    if (health!.relus.some(({ units, dead }) => dead === units)) return undefined;
    const hint = "put batch norm between the layers, use ReLU instead of sigmoid, or use fewer layers";
    const share = significant(first.ratio / largest, 2);
    const text =
      largest === 0
        ? `after epoch ${epoch} no gradient reaches any weight: ${hint}`
        : `after epoch ${epoch} the gradient of ${first.weight}, relative to its weights, is ${share} of the largest layer's: ${hint}`;
    return { text, hopeless: false };
  },
};
