/** Rules on what stands around each convolution: batch norm, non-linearity, dropout, and how large its kernel is. */
import { area, isSpatial, isWeighty, type AdviceRule, type Network, type Placed } from "../rule.js";

/** Convolutions that are not the prediction. */
function hidden(network: Network): Placed[] {
  const predictions: readonly Placed[] = network.predictions;
  return network.all("conv").filter((layer) => !predictions.includes(layer));
}

const stopsAtWeights = (layer: Placed): boolean => layer.kind === "batchNorm" || isWeighty(layer);

/** On the way to the next weights, or since the ones before. */
function hasBatchNorm(network: Network, layer: Placed): boolean {
  const after = network.nearestAfter(layer, stopsAtWeights);
  const before = network.nearestBefore(layer, stopsAtWeights);
  return [after, before].some((ones) => ones.length > 0 && ones.every(({ kind }) => kind === "batchNorm"));
}

/** The kernel is as large as what it slides over: it gives one place, as a fully connected layer would. */
function spansItsInput(network: Network, layer: Placed): boolean {
  const [input] = network.before(layer);
  const places = input && area(input);
  return isSpatial(layer) && !!places && layer.kernel.every((size, axis) => size >= places[axis]!);
}

/** Fewer places than this a side: most of a 3×3 window's neighbours are gone or padding. */
const SMALL_MAP = 5;
const STRONG_DROPOUT = 0.5;

export const convolutionRules: readonly AdviceRule[] = [
  {
    name: "batch-norm-missing",
    meaning: "Without batch norm the values drift from layer to layer, and the learning rate must be small.",
    suggestion: "Put a BatchNorm2d after each convolution but the prediction, before its ReLU.",
    find: (network) => {
      const convolutions = hidden(network);
      if (convolutions.length < 2) return [];
      const bare = convolutions.filter((layer) => !hasBatchNorm(network, layer));
      if (bare.length < convolutions.length) {
        return bare.map(({ position }) => ({ layer: position, reason: "other convolutions have one, this has none" }));
      }
      return [{ layer: bare[0]!.position, reason: `none of the ${bare.length} convolutions has one` }];
    },
  },
  {
    name: "no-activation",
    meaning: "Two convolutions without a non-linearity in between are no more than one convolution.",
    suggestion: "Put a ReLU between them, after the first one's batch norm.",
    find: (network) =>
      network.layers.filter(isWeighty).flatMap((layer) => {
        const bends = (one: Placed): boolean =>
          one.kind === "activation" || one.kind === "other" || (one.kind === "pool" && one.by === "max");
        const found = network.nearestBefore(layer, (one) => bends(one) || isWeighty(one));
        const straight = found.filter((one) => isWeighty(one) && !isDepthwise(one));
        if (straight.length === 0) return [];
        const others = straight.map(({ position }) => `layer ${position}`).join(" and ");
        return [{ layer: layer.position, reason: `between it and ${others} everything is linear` }];
      }),
  },
  {
    name: "dropout-beside-batch-norm",
    meaning: "Dropout of a half shifts the statistics that batch norm learns in training and uses in evaluation.",
    suggestion: "Use p of 0.1 or less where there is batch norm, or leave dropout out.",
    find: (network) =>
      network
        .all("dropout")
        .filter(({ p }) => p >= STRONG_DROPOUT && network.all("batchNorm").length > 0)
        .map(({ position, p }) => ({ layer: position, reason: `its p is ${p}, and the network has batch norm` })),
  },
  {
    name: "dropout-too-early",
    meaning: "The first layers find edges that all others need; what is dropped there is missing everywhere.",
    suggestion: "Introduce dropout when the network overfits, after the first block.",
    find: (network) =>
      network
        .all("dropout")
        .filter((layer) => layer.p > 0 && network.allBefore(layer).filter(isSpatial).length < 2)
        .map((layer) => {
          const earlier = network.allBefore(layer).filter(isSpatial).length;
          const seen = earlier === 0 ? "no convolution" : "only one convolution";
          return { layer: layer.position, reason: `${seen} stands before it` };
        }),
  },
  {
    name: "large-kernel",
    meaning: "Two 3×3 convolutions see what a 5×5 sees, with fewer weights and a non-linearity more.",
    suggestion: "Replace it by 3×3 convolutions, two for 5×5 and three for 7×7.",
    find: (network) =>
      network
        .all("conv")
        .filter(({ kernel, shares }) => shares === null && kernel.some((size) => size >= 5))
        .filter((layer) => !spansItsInput(network, layer))
        .map((layer) => {
          const [height, width] = layer.kernel;
          const layers = Math.ceil((Math.max(height, width) - 1) / 2);
          const figures = `${height * width} weights for each pair of channels, ${layers} of 3×3 have ${9 * layers}`;
          return { layer: layer.position, reason: `its ${height}×${width} kernel has ${figures}` };
        }),
  },
  {
    name: "convolves-too-long",
    meaning: "On a map of a few places a 3×3 window has hardly any neighbours left to look at.",
    suggestion: "Stop at about 7×7: average over the places, or use one kernel as large as the map.",
    find: (network) =>
      network.layers
        .filter(isSpatial)
        .filter((layer) => Math.max(...(area(layer) ?? [Infinity])) < SMALL_MAP && !spansItsInput(network, layer))
        .map((layer) => ({ layer: layer.position, reason: `its result has only ${area(layer)!.join("×")} places` })),
  },
];

function isDepthwise(layer: Placed): boolean {
  return layer.kind === "conv" && layer.groups > 1 && layer.groups === layer.inChannels;
}
