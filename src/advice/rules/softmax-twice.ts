import { isWeighty } from "../network.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "softmax-twice",
  meaning: "A softmax of a softmax flattens the likelihoods: with ten classes, none can get more than about 23 %.",
  suggestion: "Keep only the last one: logSoftmax for nllLoss, none at all for crossEntropy.",
  find: (network) =>
    network.all("softmax").flatMap((layer) => {
      const earlier = network.nearestBefore(layer, (one) => one.kind === "softmax" || isWeighty(one));
      if (!earlier.some(({ kind }) => kind === "softmax")) return [];
      return [{ layer: layer.position, reason: "its input is already likelihoods, not logits" }];
    }),
};
