import {
  fieldSize,
  flattens,
  isSpatial,
  isWeighty,
  mixesTokens,
  readsPixels,
  type Network,
  type Placed,
} from "../network.js";
import type { AdviceRule } from "../rule.js";

/** A digit of MNIST fills 20 of an image's 28 pixels; the main thing in other images is taken to be as large. */
const DIGIT = 20 / 28;
/** How much of it the last features must have seen before they are averaged. */
const SEEN = 3 / 4;

export const rule: AdviceRule = {
  name: "field-too-small",
  meaning: "The features that decide have never seen enough of the image to tell one class from another.",
  suggestion: "Add 3×3 convolutions, or a 2×2 pooling, which makes the receptive field grow twice as fast afterwards.",
  find: (network) =>
    lastFeatures(network).flatMap((layer) => {
      const small = [0, 1].filter((side) => layer.field && sees(layer, side) < SEEN * thing(network, side));
      if (small.length === 0) return [];
      const side = small.reduce((worst, one) => (sees(layer, one) < sees(layer, worst) ? one : worst));
      return [{ layer: layer.position, reason: reasonOf(network, sees(layer, side), side) }];
    }),
};

const sees = ({ field }: Placed, side: number): number => field![side]!.size;

/** How high or wide the main thing in the image is taken to be. */
function thing(network: Network, side: number): number {
  return Math.round(DIGIT * imageSide(network, side));
}

function imageSide(network: Network, side: number): number {
  return Math.max(0, ...network.all("input").flatMap(({ field }) => field?.[side]!.count ?? []));
}

function reasonOf(network: Network, size: number, side: number): string {
  const seen = size === 1 ? "a single pixel" : `${size} pixels`;
  const direction = side === 0 ? "high" : "wide";
  return network.isExercise
    ? `the last features see ${seen}, but a digit is about ${thing(network, side)} pixels ${direction}`
    : `the last features see ${seen}, but the image is ${imageSide(network, side)} pixels ${direction}`;
}

/** Whether a layer exchanges features between positions without a window, as attention does. */
function mixes(layer: Placed): boolean {
  return layer.kind === "softmax" || mixesTokens(layer);
}

/**
 * For each prediction, the last layer before the positions are averaged or flattened; a hidden layer that reads all
 * positions sees the whole image. Where branches meet, the one that sees most. Without any window, the last layer with
 * weights before the average.
 */
function lastFeatures(network: Network): Placed[] {
  return network.predictions.flatMap((prediction) => {
    if (readsPixels(network, prediction)) return [];
    const isHidden = (layer: Placed): boolean => layer !== prediction && flattens(network, layer) !== undefined;
    const stops = (layer: Placed): boolean => isSpatial(layer) || isHidden(layer) || mixes(layer);
    const windows = network.nearestBefore(prediction, stops, true);
    if (windows.some(mixes)) return [];
    const found = windows.length > 0 ? windows : network.nearestBefore(prediction, isWeighty);
    return found.length === 0
      ? [prediction]
      : found.reduce((most, one) => (fieldSize(one) > fieldSize(most) ? one : most));
  });
}
