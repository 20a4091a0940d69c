/** Rules on the network as a whole: receptive field, pooling, the transition, and what it costs. */
import { MAX_PARAMETERS } from "../../exercise/rules.js";
import { thousands } from "../../text/thousands.js";
import { fieldSize, isSpatial, type AdviceRule, type Network, type Placed } from "../rule.js";

/** A digit of MNIST fills 20 of an image's 28 pixels. */
const DIGIT = 20 / 28;
/** Edges and bows are parts of a digit of about this size; before they are seen, pooling loses what they are made of. */
const PART = 5;
/** What the last features must have seen of a digit before they are averaged. */
const SEEN = 3 / 4;
/** Convolutions between a pooling, or a transition, and the prediction. */
const DISTANCE = 2;
const MANY_KERNELS = 32;

/** Convolutions larger than 1×1 that come after a layer, on the way to the prediction. */
function convolutionsAfter(network: Network, layer: Placed): Placed[] {
  const later = network.layers.filter((one) => network.allBefore(one).includes(layer));
  return later.filter((one) => isSpatial(one));
}

/** Pooling that leaves a map of places, and is not the mean of all of them. */
function isShrinking(layer: Placed): boolean {
  return layer.kind === "pool" && layer.outputs[0]!.slice(1).some((size) => size > 1);
}

/** 1×1 convolutions that reduce the channels, but for the prediction. */
function transitions(network: Network): Placed[] {
  const predictions: readonly Placed[] = network.predictions;
  return network.all("conv").filter((layer) => {
    const { kernel, inChannels, outChannels } = layer;
    return kernel.every((size) => size === 1) && outChannels < inChannels && !predictions.includes(layer);
  });
}

/** In a branch of its own, as a residual block's narrow way, it is no transition between blocks. */
function isInBranch(network: Network, layer: Placed): boolean {
  const next = network.nearestAfter(layer, ({ kind }) => kind === "add" || kind === "cat" || kind === "pool");
  return next.some(({ kind }) => kind !== "pool");
}

function stopsAtNeighbour({ kind }: Placed): boolean {
  return kind !== "batchNorm" && kind !== "activation" && kind !== "dropout" && kind !== "reshape";
}

function isBesidePooling(network: Network, layer: Placed): boolean {
  const neighbours = [
    ...network.nearestBefore(layer, stopsAtNeighbour),
    ...network.nearestAfter(layer, stopsAtNeighbour),
  ];
  return neighbours.some(isShrinking);
}

/** The last layers whose field counts, before the places are averaged or flattened; of branches the one that sees most. */
function lastFeatures(network: Network): Placed[] {
  return network.predictions.map((prediction) => {
    const stops = (layer: Placed): boolean => isSpatial(layer) || layer.kind === "input";
    return network
      .nearestBefore(prediction, stops, true)
      .reduce((most, layer) => (fieldSize(layer) > fieldSize(most) ? layer : most));
  });
}

export const structureRules: readonly AdviceRule[] = [
  {
    name: "field-too-small",
    meaning: "What decides has never seen enough of a digit to tell it from another.",
    suggestion: "Add 3×3 convolutions or a 2×2 pooling, which doubles the growth of all that follows.",
    find: (network) => {
      const digit = Math.round(DIGIT * network.imageSize);
      if (digit === 0) return [];
      const small = lastFeatures(network).filter((layer) => fieldSize(layer) < SEEN * digit);
      return small.map((layer) => ({
        layer: layer.position,
        reason: `the last features see ${fieldSize(layer)} pixels, a digit is about ${digit} high`,
      }));
    },
  },
  {
    name: "field-complete-long-ago",
    meaning: "Convolutions that go on after each value has seen the whole image find nothing new to look at.",
    suggestion: "Leave the last ones out, or a pooling, and spend the parameters on more kernels.",
    find: (network) => {
      const size = network.imageSize;
      if (size === 0) return [];
      const late = network.layers
        .filter(isSpatial)
        .filter((layer) => network.before(layer).every((one) => fieldSize(one) >= size));
      if (late.length < 2) return [];
      const [first] = late;
      const seen = fieldSize(network.before(first!)[0]!);
      return [
        {
          layer: first!.position,
          reason: `its input sees ${seen} of ${size} pixels, and ${late.length} convolutions go on from here`,
        },
      ];
    },
  },
  {
    name: "pooling-too-early",
    meaning: "Pooling before edges are found throws away where they were.",
    suggestion: "Pool after two or three 3×3 convolutions, when the receptive field is 5 or more.",
    find: (network) =>
      network.all("pool").flatMap((layer) => {
        const seen = Math.min(...network.before(layer).map(fieldSize));
        if (!isShrinking(layer) || seen >= PART || seen === 0) return [];
        return [{ layer: layer.position, reason: `a value has seen only ${seen}×${seen} pixels when it is pooled` }];
      }),
  },
  {
    name: "pooling-near-prediction",
    meaning: "What a pooling throws away right before the prediction nothing can work with any more.",
    suggestion: "Keep two or more 3×3 convolutions between the last max pooling and the prediction.",
    find: (network) =>
      network.all("pool").flatMap((layer) => {
        const after = convolutionsAfter(network, layer).length;
        if (layer.by !== "max" || !isShrinking(layer) || after >= DISTANCE) return [];
        return [{ layer: layer.position, reason: `${after === 0 ? "no" : "only one"} 3×3 convolution comes after it` }];
      }),
  },
  {
    name: "transition-misplaced",
    meaning:
      "A transition (a 1×1 convolution that reduces the channels) belongs between two blocks, beside the pooling.",
    suggestion: "Move it to the max pooling, and let a block of 3×3 convolutions follow.",
    find: (network) =>
      transitions(network).flatMap((layer) => {
        if (isInBranch(network, layer)) return [];
        const after = convolutionsAfter(network, layer).length;
        const reasons = [
          ...(after < DISTANCE ? [`${after === 0 ? "no" : "only one"} 3×3 convolution comes after it`] : []),
          ...(isBesidePooling(network, layer) ? [] : ["no pooling stands beside it"]),
        ];
        return reasons.length === 0 ? [] : [{ layer: layer.position, reason: reasons.join(", and ") }];
      }),
  },
  {
    name: "too-many-kernels",
    meaning: "On the large maps of the first layers each kernel costs most, and there is least to tell apart.",
    suggestion: "Begin with 8 or 16 kernels and add more as the maps get smaller.",
    find: (network) => {
      const [costliest] = network.all("conv").sort((a, b) => b.multiplyAdds - a.multiplyAdds);
      const total = network.inspection.multiplyAdds;
      if (!costliest || costliest.outChannels <= MANY_KERNELS || costliest.multiplyAdds < total / 3) return [];
      const share = Math.round((100 * costliest.multiplyAdds) / total);
      return [
        {
          layer: costliest.position,
          reason: `its ${costliest.outChannels} kernels take ${share} % of the network's multiply-adds`,
        },
      ];
    },
  },
  {
    name: "too-many-parameters",
    meaning: `The exercise allows fewer than ${thousands(MAX_PARAMETERS)} parameters.`,
    suggestion: "Begin with the layer that has most: fewer channels, a 1×1 transition before it, no flattening.",
    find: (network) => {
      const { parameters } = network.inspection;
      if (parameters < MAX_PARAMETERS) return [];
      const largest = network.layers.reduce((most, layer) => (layer.parameters > most.parameters ? layer : most));
      const [has, own] = [parameters, largest.parameters].map(thousands);
      return [{ layer: largest.position, reason: `the network has ${has}, of which ${own} are this layer's` }];
    },
  },
];
