import { isWeighty, type Network, type Placed } from "../network.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "batch-norm-missing",
  meaning: "Without batch norm the values drift from layer to layer, and the learning rate has to be small.",
  suggestion: "Put a BatchNorm2d after every convolution except the prediction, before its ReLU.",
  find: (network) => {
    const predictions: readonly Placed[] = network.predictions;
    const convolutions = network.all("conv").filter((layer) => !predictions.includes(layer));
    if (convolutions.length < 2) return [];
    const bare = convolutions.filter((layer) => !hasBatchNorm(network, layer));
    if (bare.length < convolutions.length) {
      return bare.map(({ position }) => ({
        layer: position,
        reason: "other convolutions have one, this one has none",
      }));
    }
    return [{ layer: bare[0]!.position, reason: `none of the ${bare.length} convolutions has one` }];
  },
};

const stopsAtWeights = (layer: Placed): boolean => layer.kind === "batchNorm" || isWeighty(layer);

/** Whether there is batch norm between the layer and the next weights, or between it and the previous ones. */
function hasBatchNorm(network: Network, layer: Placed): boolean {
  const after = network.nearestAfter(layer, stopsAtWeights);
  const before = network.nearestBefore(layer, stopsAtWeights);
  return [after, before].some((ones) => ones.length > 0 && ones.every(({ kind }) => kind === "batchNorm"));
}
