import { LITTLE_DROPOUT } from "../network.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "dropout-too-early",
  meaning:
    "The first layers find edges that all later layers need, so whatever is dropped there is missing everywhere.",
  suggestion: "Add dropout only if the network overfits, and after the first block.",
  find: (network) =>
    network.all("dropout").flatMap((layer) => {
      const earlier = network.allBefore(layer).filter(({ kind }) => kind === "conv").length;
      if (layer.p <= LITTLE_DROPOUT || earlier >= 2) return [];
      return [{ layer: layer.position, reason: `${earlier === 0 ? "no" : "only one"} convolution comes before it` }];
    }),
};
