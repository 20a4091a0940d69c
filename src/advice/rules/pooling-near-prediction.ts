import { convolutionsAfter, isShrinking } from "../network.js";
import type { AdviceRule } from "../rule.js";

/** Convolutions that should follow the last pooling. */
const DISTANCE = 2;

export const rule: AdviceRule = {
  name: "pooling-near-prediction",
  meaning: "Pooling right before the prediction discards details, and no layer is left to make use of the rest.",
  suggestion: "Keep two or more 3×3 convolutions between the last max pooling and the prediction.",
  find: (network) =>
    network.all("pool").flatMap((layer) => {
      const after = convolutionsAfter(network, layer).length;
      if (layer.by !== "max" || !isShrinking(layer) || after >= DISTANCE) return [];
      return [{ layer: layer.position, reason: `${after === 0 ? "no" : "only one"} 3×3 convolution comes after it` }];
    }),
};
