import type { LayerOf } from "../../inspect/layer.js";
import { isDepthwise, isSpatial, isWeighty, mixesTokens, type Network, type Placed } from "../network.js";
import type { AdviceRule } from "../rule.js";

type Weighty = Placed<LayerOf<"conv" | "linear">>;

/** So many convolutions in a row may be the factors of one: pointwise, depthwise and pointwise. */
const FACTORS = 3;

export const rule: AdviceRule = {
  name: "no-activation",
  meaning: "Two convolutions without a non-linearity between them can do no more than a single one.",
  suggestion: "Put a ReLU between them, after the batch norm of the first.",
  find: (network) =>
    network.layers.filter(isWeighty).flatMap((layer) => {
      if (mixesTokens(layer)) return [];
      const straight = linearBefore(network, layer);
      const useless = straight.filter((one) => !areFactors(one, layer) || endsRow(network, one, FACTORS));
      if (useless.length === 0) return [];
      const others = useless.map(({ position }) => `layer ${position}`).join(" and ");
      return [{ layer: layer.position, reason: `everything between it and ${others} is linear` }];
    }),
};

/** The layers with weights from which only linear layers lead to this one. */
function linearBefore(network: Network, layer: Placed): Weighty[] {
  const stops = (one: Placed): boolean => (isNonLinear(one) && !addsConvolutions(network, one)) || isWeighty(one);
  return network.nearestBefore(layer, stops).filter(isWeighty);
}

/** Whether a layer adds convolutions of the same values, which a single one could do. */
function addsConvolutions(network: Network, layer: Placed): boolean {
  if (layer.kind !== "add") return false;
  const parts = network.nearestBefore(layer, (one) => isNonLinear(one) || isWeighty(one));
  const sources = new Set(parts.flatMap((part) => network.before(part)));
  return parts.length > 1 && parts.every(isWeighty) && sources.size === 1;
}

/** Whether a layer is the last of so many with weights in a row, without an activation between them. */
function endsRow(network: Network, layer: Weighty, length: number): boolean {
  return length <= 1 || linearBefore(network, layer).some((one) => endsRow(network, one, length - 1));
}

/**
 * Whether two convolutions in a row are a larger one in factors, with fewer weights: one of them looks at single
 * channels, or at single positions with fewer channels between the two than around them.
 */
function areFactors(first: Weighty, second: Weighty): boolean {
  if (first.kind !== "conv" || second.kind !== "conv") return false;
  const isSeparable = isDepthwise(first) !== isDepthwise(second);
  const narrow = first.outChannels;
  return isSeparable || (isPointwise(first, second) && narrow < first.inChannels && narrow < second.outChannels);
}

const isPointwise = (...ones: readonly Weighty[]): boolean => ones.some((one) => !isSpatial(one));

/** Where a residual block ends, what came before the block goes on beside what is computed in it. */
function isNonLinear(layer: Placed): boolean {
  return ["activation", "other", "add"].includes(layer.kind) || (layer.kind === "pool" && layer.by === "max");
}
