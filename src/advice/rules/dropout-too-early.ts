import { flattens, isWeighty } from "../network.js";
import type { AdviceRule } from "../rule.js";

/** Dropout up to this p does no harm in the first layers. */
const LITTLE_DROPOUT = 0.1;

export const rule: AdviceRule = {
  name: "dropout-too-early",
  meaning:
    "The first layers find edges that all later layers need, so whatever is dropped there is missing everywhere.",
  suggestion: "Add dropout only if the network overfits, and after the first block.",
  find: (network) =>
    network.all("dropout").flatMap((layer) => {
      if (!(layer.p > LITTLE_DROPOUT) || !network.isInevitable(layer)) return [];
      const earlier = network.allBefore(layer).filter(isWeighty);
      // A fully connected layer that reads all positions finds more than edges.
      if (earlier.length >= 2 || earlier.some((one) => flattens(network, one))) return [];
      return [
        { layer: layer.position, reason: `${earlier.length === 0 ? "no" : "only one"} convolution comes before it` },
      ];
    }),
};
