import { convolutionsAfter, flattens, isShrinking, type Network, type Placed } from "../network.js";
import type { AdviceRule } from "../rule.js";

/** Convolutions that should follow the last pooling. In a block with a way around it, one is enough. */
const DISTANCE = 2;

export const rule: AdviceRule = {
  name: "pooling-near-prediction",
  meaning: "Pooling right before the prediction discards details, and no layer is left to make use of the rest.",
  suggestion: "Keep two or more 3×3 convolutions between the last max pooling and the prediction.",
  find: (network) => {
    const poolings = network.all("pool").filter((layer) => layer.by === "max" && isShrinking(layer));
    const isLast = (layer: Placed): boolean => !poolings.some((one) => network.allBefore(one).includes(layer));
    return poolings
      .filter((layer) => isLast(layer) && network.isInevitable(layer) && !hiddenAfter(network, layer))
      .flatMap((layer) => {
        const after = convolutionsAfter(network, layer);
        const isBlock = after.some((one) => !network.isInevitable(one));
        if (after.length >= DISTANCE || isBlock) return [];
        const convolutions = after.length === 0 ? "no convolution" : "only one convolution";
        return [{ layer: layer.position, reason: `${convolutions} larger than 1×1 comes after it` }];
      });
  },
};

/** Whether a hidden layer that reads all positions makes use of what is left. */
function hiddenAfter(network: Network, pooling: Placed): boolean {
  const predictions: readonly Placed[] = network.predictions;
  return network
    .all("linear")
    .some((one) => !predictions.includes(one) && flattens(network, one) && network.allBefore(one).includes(pooling));
}
