import type { LayerOf } from "../../inspect/layer.js";
import { type Placed } from "../network.js";
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
      const { features, classes } = sizes(layer);
      if (features >= Math.min(classes, MANY_FEATURES)) return [];
      const from = features === 1 ? "a single feature" : `${features} features`;
      return [{ layer: layer.position, reason: `it predicts ${classes} classes from ${from}` }];
    }),
};

/** The number of inputs of one output value, and of output values per position. */
function sizes(layer: Placed<LayerOf<"conv" | "linear">>): { readonly features: number; readonly classes: number } {
  if (layer.kind === "linear") return { features: layer.inFeatures, classes: layer.outFeatures };
  const { inChannels, outChannels, groups, kernel } = layer;
  return { features: (inChannels / groups) * kernel[0] * kernel[1], classes: outChannels };
}
