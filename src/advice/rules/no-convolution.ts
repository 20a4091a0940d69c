import { thousands } from "../../text/thousands.js";
import { flattens, readsPixels } from "../network.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "no-convolution",
  meaning:
    "A fully connected layer has to learn a pattern anew for each place where it can appear; a convolution learns it once.",
  suggestion: "Begin with 3×3 convolutions, and let a fully connected layer or an average follow them at the end.",
  find: (network) =>
    network.all("linear").flatMap((layer) => {
      if (!readsPixels(network, layer)) return [];
      const weights = thousands(layer.inFeatures * layer.outFeatures);
      const pixels = flattens(network, layer)!.join("×");
      return [{ layer: layer.position, reason: `it reads the ${pixels} pixels with ${weights} weights` }];
    }),
};
