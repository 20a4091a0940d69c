import { area, cutsPatches, isSpatial, spansItsInput } from "../network.js";
import type { LayerOf } from "../../inspect/layer.js";
import type { AdviceRule } from "../rule.js";

/** A smaller map than this is what is left when the convolutions without padding have gone on for too long. */
const SMALL_MAP = 5;
/** On a smaller map than this, most of a padded 3×3 window is padding at almost every position. */
const SMALL_PADDED_MAP = 4;

export const rule: AdviceRule = {
  name: "convolves-too-long",
  meaning: "On a map of only a few positions, a 3×3 window has hardly any neighbours left to look at.",
  suggestion: "Stop at about 7×7: average over the positions, or use one kernel as large as the map.",
  find: (network) =>
    network.layers
      .filter(isSpatial)
      .filter((layer) => !cutsPatches(layer))
      .filter((layer) => Math.max(...(area(layer) ?? [Infinity])) < smallest(layer) && !spansItsInput(network, layer))
      .map((layer) => ({ layer: layer.position, reason: `its output has only ${area(layer)!.join("×")} positions` })),
};

function smallest({ padding }: LayerOf<"conv">): number {
  return padding.some((size) => size > 0) ? SMALL_PADDED_MAP : SMALL_MAP;
}
