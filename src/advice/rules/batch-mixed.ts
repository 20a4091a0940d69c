import { unique } from "../network.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "batch-mixed",
  meaning:
    "The first axis of the outputs has to be the batch: an output that mixes images cannot be about any of them.",
  suggestion: "Flatten everything but the batch: x.view(x.shape[0], -1), or x.flatten(1).",
  find: (network) => {
    const mixed = network.ends.filter(({ batchAxis }) => batchAxis !== 0 && batchAxis !== null);
    const reshapes = mixed.flatMap((end) => {
      const last = network.nearestBefore(end, ({ kind, batchAxis }) => kind === "reshape" || batchAxis === 0, true);
      return last.filter(({ kind }) => kind === "reshape");
    });
    return unique(reshapes).map(({ position, batchAxis }) => ({
      layer: position,
      reason:
        batchAxis === "mixed"
          ? "one axis of its result holds the images of the batch together with something else"
          : `it moves the images of the batch to axis ${batchAxis}`,
    }));
  },
};
