import { convolutionsAfter, isShrinking, type Network, type Placed } from "../network.js";
import type { AdviceRule } from "../rule.js";

/** Convolutions that should follow a transition. */
const DISTANCE = 2;

export const rule: AdviceRule = {
  name: "transition-misplaced",
  meaning:
    "A transition (a 1×1 convolution that reduces the channels) belongs between two blocks, next to the pooling.",
  suggestion: "Move it next to the max pooling, and let a block of 3×3 convolutions follow.",
  find: (network) =>
    transitions(network).flatMap((layer) => {
      if (isInBranch(network, layer)) return [];
      const after = convolutionsAfter(network, layer).length;
      const reasons = [
        ...(after < DISTANCE ? [`${after === 0 ? "no" : "only one"} 3×3 convolution comes after it`] : []),
        ...(isNextToPooling(network, layer) ? [] : ["there is no pooling next to it"]),
      ];
      return reasons.length === 0 ? [] : [{ layer: layer.position, reason: reasons.join(", and ") }];
    }),
};

/** 1×1 convolutions that reduce the channels, except for the prediction. */
function transitions(network: Network): Placed[] {
  const predictions: readonly Placed[] = network.predictions;
  return network.all("conv").filter((layer) => {
    const { kernel, inChannels, outChannels } = layer;
    return kernel.every((size) => size === 1) && outChannels < inChannels && !predictions.includes(layer);
  });
}

/** A 1×1 convolution in a branch of its own, such as a residual block's bottleneck, is no transition between blocks. */
function isInBranch(network: Network, layer: Placed): boolean {
  const next = network.nearestAfter(layer, ({ kind }) => kind === "add" || kind === "cat" || kind === "pool");
  return next.some(({ kind }) => kind !== "pool");
}

function stopsAtNeighbour({ kind }: Placed): boolean {
  return kind !== "batchNorm" && kind !== "activation" && kind !== "dropout" && kind !== "reshape";
}

function isNextToPooling(network: Network, layer: Placed): boolean {
  const neighbours = [
    ...network.nearestBefore(layer, stopsAtNeighbour),
    ...network.nearestAfter(layer, stopsAtNeighbour),
  ];
  return neighbours.some(isShrinking);
}
