import { area, isSpatial, spansItsInput } from "../network.js";
import type { AdviceRule } from "../rule.js";

/** On a smaller map than this, most neighbours in a 3×3 window are missing or padding. */
const SMALL_MAP = 5;

export const rule: AdviceRule = {
  name: "convolves-too-long",
  meaning: "On a map of only a few positions, a 3×3 window has hardly any neighbours left to look at.",
  suggestion: "Stop at about 7×7: average over the positions, or use one kernel as large as the map.",
  find: (network) =>
    network.layers
      .filter(isSpatial)
      .filter((layer) => Math.max(...(area(layer) ?? [Infinity])) < SMALL_MAP && !spansItsInput(network, layer))
      .map((layer) => ({ layer: layer.position, reason: `its output has only ${area(layer)!.join("×")} positions` })),
};
