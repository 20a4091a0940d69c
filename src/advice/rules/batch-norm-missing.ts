import type { LayerOf } from "../../inspect/layer.js";
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
    if (!isPartial && scalesBranches(network)) return [];
    const none = bare.length === 2 ? "neither of the two" : `none of the ${bare.length}`;
    const others = bare.length === 1 ? "" : `, nor ${bare.length === 2 ? "has 1" : `have ${bare.length - 1}`} more`;
    const reason = isPartial
      ? `other convolutions have one, this one has none${others}`
      : `${none} convolutions has one`;
    return [{ layer: bare[0]!.position, reason }];
  },
};

const stopsAtWeights = (layer: Placed): boolean => isNorm(layer) || isWeighty(layer);

/**
 * Whether there is batch norm between the layer and the next weights. Where a block or the network ends, one before the
 * layer is as good, and a factor of the next convolution needs none. Nor does one whose weights are normalised themselves.
 */
function hasBatchNorm(network: Network, layer: Placed<LayerOf<"conv">>): boolean {
  if (layer.normalizesWeights) return true;
  const areNorms = (ones: readonly Placed[]): boolean => ones.length > 0 && ones.every(isNorm);
  if (areNorms(network.nearestAfter(layer, stopsAtWeights))) return true;
  const next = network.nearestAfter(layer, (one) => stopsAtWeights(one) || isJoint(one) || one.kind === "activation");
  if (next.length > 0 && next.every(isWeighty)) return true;
  if (isGate(network, layer)) return true;
  const predictions: readonly Placed[] = network.predictions;
  const ends = network.nearestAfter(layer, (one) => stopsAtWeights(one) || isJoint(one));
  const isLast = ends.every((one) => isJoint(one) || predictions.includes(one));
  return isLast && areNorms(network.nearestBefore(layer, stopsAtWeights));
}

/** Whether a sigmoid of the layer's values weights others, as in a highway layer. */
function isGate(network: Network, layer: Placed): boolean {
  const [next, ...more] = network.after(layer);
  if (more.length > 0 || next?.kind !== "activation" || next.by !== "sigmoid") return false;
  return network.after(next).some(({ kind }) => kind === "other");
}

/** Whether residual blocks begin with a small, trained scale in place of norms, as in Fixup and SkipInit. */
function scalesBranches(network: Network): boolean {
  const sums = network.layers.filter(({ kind }) => kind === "add");
  return sums.some((sum) => network.before(sum).some((one) => one.kind === "other" && one.parameters > 0));
}

const isJoint = ({ kind }: Placed): boolean => kind === "add" || kind === "cat";
