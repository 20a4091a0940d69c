import { fieldSize, flattens, isExercise, isSpatial, type Network, type Placed } from "../network.js";
import type { AdviceRule } from "../rule.js";

/** A digit of MNIST fills 20 of an image's 28 pixels; the main thing in other images is taken to be as large. */
const DIGIT = 20 / 28;
/** How much of it the last features must have seen before they are averaged. */
const SEEN = 3 / 4;

export const rule: AdviceRule = {
  name: "field-too-small",
  meaning: "The features that decide have never seen enough of the image to tell one class from another.",
  suggestion: "Add 3×3 convolutions, or a 2×2 pooling, which makes the receptive field grow twice as fast afterwards.",
  find: (network) => {
    const digit = Math.round(DIGIT * network.imageSize);
    if (digit === 0) return [];
    const small = lastFeatures(network).filter((layer) => fieldSize(layer) < SEEN * digit);
    return small.map((layer) => {
      const size = fieldSize(layer);
      const seen = size === 1 ? "a single pixel" : `${size} pixels`;
      return {
        layer: layer.position,
        reason: isExercise(network)
          ? `the last features see ${seen}, but a digit is about ${digit} pixels high`
          : `the last features see ${seen}, but the image is ${network.imageSize} pixels high`,
      };
    });
  },
};

/**
 * For each prediction, the last layer before the positions are averaged or flattened; a hidden layer that reads all
 * positions sees the whole image. Where branches meet, the one that sees most.
 */
function lastFeatures(network: Network): Placed[] {
  return network.predictions.map((prediction) => {
    const isHidden = (layer: Placed): boolean => layer !== prediction && flattens(network, layer) !== undefined;
    const stops = (layer: Placed): boolean => isSpatial(layer) || layer.kind === "input" || isHidden(layer);
    return network
      .nearestBefore(prediction, stops, true)
      .reduce((most, layer) => (fieldSize(layer) > fieldSize(most) ? layer : most));
  });
}
