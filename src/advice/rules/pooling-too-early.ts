import { fieldSize, isShrinking } from "../network.js";
import type { AdviceRule } from "../rule.js";

/** Edges and arcs are parts of a digit of about this size. Pooling before they are seen loses what they are made of. */
const PART = 5;

export const rule: AdviceRule = {
  name: "pooling-too-early",
  meaning: "Pooling before edges are found discards where they were.",
  suggestion: "Pool after two or three 3×3 convolutions, when the receptive field is 5 or more.",
  find: (network) =>
    network.all("pool").flatMap((layer) => {
      const seen = Math.min(...network.before(layer).map(fieldSize));
      if (!isShrinking(layer) || seen >= PART || seen === 0 || !network.isInevitable(layer)) return [];
      return [{ layer: layer.position, reason: `a value has seen only ${seen}×${seen} pixels when it is pooled` }];
    }),
};
