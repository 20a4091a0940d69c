import { features } from "../network.js";
import type { AdviceRule } from "../rule.js";

/** So many features are combined in enough ways for any number of classes. */
const MANY_FEATURES = 32;

export const rule: AdviceRule = {
  name: "too-few-features",
  meaning:
    "With fewer features than classes, no class has a feature of its own: evidence for one class also moves the others.",
  suggestion: "Give the last 3×3 convolution at least as many kernels as there are classes, or better twice as many.",
  find: (network) =>
    network.predictions.flatMap((layer) => {
      const { inputs, classes } = features(layer);
      if (inputs >= Math.min(classes, MANY_FEATURES)) return [];
      const from = inputs === 1 ? "a single feature" : `${inputs} features`;
      return [{ layer: layer.position, reason: `it predicts ${classes} classes from ${from}` }];
    }),
};
