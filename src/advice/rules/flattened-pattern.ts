import { thousands } from "../../text/thousands.js";
import { flattens, readsPixels } from "../network.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "flattened-pattern",
  meaning: "Flattening a 2D pattern discards its spatial meaning: every position gets weights of its own.",
  suggestion: "Average over all positions (AdaptiveAvgPool2d(1)) and predict with a 1×1 convolution.",
  find: (network) =>
    network.all("linear").flatMap((layer) => {
      const positions = flattens(network, layer);
      if (!positions || readsPixels(network, layer)) return [];
      const weights = thousands(layer.inFeatures * layer.outFeatures);
      return [
        { layer: layer.position, reason: `it flattens ${positions.join("×")} positions and has ${weights} weights` },
      ];
    }),
};
