import {
  convolutionsAfter,
  isDepthwise,
  isShrinking,
  isSpatial,
  isWeighty,
  type Network,
  type Placed,
} from "../network.js";
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
        ...(after < DISTANCE ? [`${after === 0 ? "no" : "only one"} convolution larger than 1×1 comes after it`] : []),
        ...(isNextToPooling(network, layer) ? [] : ["there is no pooling next to it"]),
      ];
      return reasons.length === 0 ? [] : [{ layer: layer.position, reason: reasons.join(", and ") }];
    }),
};

/** 1×1 convolutions that reduce the channels, except for the prediction. */
function transitions(network: Network): Placed[] {
  const predictions: readonly Placed[] = network.predictions;
  return network.all("conv").filter((layer) => {
    const { inChannels, outChannels } = layer;
    return (
      !isSpatial(layer) && outChannels < inChannels && !predictions.includes(layer) && !followsDepthwise(network, layer)
    );
  });
}

/** A 1×1 convolution after a depthwise one is the other half of it. */
function followsDepthwise(network: Network, layer: Placed): boolean {
  return network.nearestBefore(layer, isWeighty).some(isDepthwise);
}

/** A 1×1 convolution in a branch of its own, such as a residual block's bottleneck, is no transition between blocks. */
function isInBranch(network: Network, layer: Placed): boolean {
  const next = network.nearestAfter(layer, ({ kind }) => kind === "add" || kind === "cat" || kind === "pool");
  return next.some(({ kind }) => kind !== "pool");
}

/** Several 1×1 convolutions in a row, as in a network in a network, are one stage. */
function stopsAtNeighbour(layer: Placed): boolean {
  const isPointwise = layer.kind === "conv" && !isSpatial(layer);
  return !isPointwise && !["batchNorm", "norm", "activation", "dropout", "reshape", "other"].includes(layer.kind);
}

function isNextToPooling(network: Network, layer: Placed): boolean {
  const neighbours = [
    ...network.nearestBefore(layer, stopsAtNeighbour),
    ...network.nearestAfter(layer, stopsAtNeighbour),
  ];
  return neighbours.some(isShrinking);
}
