import { isWeighty, type Placed } from "../network.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "no-activation",
  meaning: "Two convolutions without a non-linearity between them can do no more than a single one.",
  suggestion: "Put a ReLU between them, after the batch norm of the first.",
  find: (network) =>
    network.layers.filter(isWeighty).flatMap((layer) => {
      const found = network.nearestBefore(layer, (one) => isNonLinear(one) || isWeighty(one));
      const straight = found.filter((one) => isWeighty(one) && !isDepthwise(one));
      if (straight.length === 0) return [];
      const others = straight.map(({ position }) => `layer ${position}`).join(" and ");
      return [{ layer: layer.position, reason: `everything between it and ${others} is linear` }];
    }),
};

function isNonLinear(layer: Placed): boolean {
  return layer.kind === "activation" || layer.kind === "other" || (layer.kind === "pool" && layer.by === "max");
}

function isDepthwise(layer: Placed): boolean {
  return layer.kind === "conv" && layer.groups > 1 && layer.groups === layer.inChannels;
}
