import { thousands } from "../../text/thousands.js";
import { area } from "../network.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "flattened-pattern",
  meaning: "Flattening a 2D pattern discards its spatial meaning: every position gets weights of its own.",
  suggestion: "Average over all positions (AdaptiveAvgPool2d(1)) and predict with a 1×1 convolution.",
  find: (network) =>
    network.all("linear").flatMap((layer) => {
      const [source] = network.nearestBefore(layer, (one) => one.kind !== "reshape" && one.kind !== "dropout");
      const positions = source && area(source);
      if (!positions || positions[0] * positions[1] === 1) return [];
      if (source.outputs[0]!.reduce((a, b) => a * b) !== layer.inFeatures) return [];
      const weights = thousands(layer.inFeatures * layer.outFeatures);
      return [
        { layer: layer.position, reason: `it flattens ${positions.join("×")} positions and has ${weights} weights` },
      ];
    }),
};
