import { isNorm, isWeighty, type Network, type Placed } from "../network.js";
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
    // Other norms are often used once in a block, and not after each convolution.
    const isPartial = bare.length < convolutions.length;
    if (bare.length === 0 || (isPartial && network.all("batchNorm").length === 0)) return [];
    const reason = isPartial
      ? `other convolutions have one, this one has none${bare.length > 1 ? `, nor have ${bare.length - 1} more` : ""}`
      : `none of the ${bare.length} convolutions has one`;
    return [{ layer: bare[0]!.position, reason }];
  },
};

const stopsAtWeights = (layer: Placed): boolean => isNorm(layer) || isWeighty(layer);

/**
 * Whether there is batch norm between the layer and the next weights. Where a block or the network ends, one before the
 * layer is as good, and a factor of the next convolution needs none.
 */
function hasBatchNorm(network: Network, layer: Placed): boolean {
  const areNorms = (ones: readonly Placed[]): boolean => ones.length > 0 && ones.every(isNorm);
  if (areNorms(network.nearestAfter(layer, stopsAtWeights))) return true;
  const next = network.nearestAfter(layer, (one) => stopsAtWeights(one) || isJoint(one) || one.kind === "activation");
  if (next.length > 0 && next.every(isWeighty)) return true;
  const predictions: readonly Placed[] = network.predictions;
  const ends = network.nearestAfter(layer, (one) => stopsAtWeights(one) || isJoint(one));
  const isLast = ends.every((one) => isJoint(one) || predictions.includes(one));
  return isLast && areNorms(network.nearestBefore(layer, stopsAtWeights));
}

const isJoint = ({ kind }: Placed): boolean => kind === "add" || kind === "cat";
