import { LITTLE_DROPOUT } from "../network.js";
import { afterPrediction, rightBeforePrediction } from "../prediction.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "dropout-before-prediction",
  meaning: "Whatever is dropped right before the prediction is missing from it, and no later layer can make up for it.",
  suggestion: "Move it after an earlier block, with a p of 0.1 or less, or remove it.",
  find: (network) => {
    const before = rightBeforePrediction(network, "dropout", [
      "reshape",
      "pool",
      "activation",
      "batchNorm",
      "norm",
      "other",
    ]);
    return [...before, ...afterPrediction(network)]
      .filter((layer) => layer.kind === "dropout" && layer.p > (before.includes(layer) ? LITTLE_DROPOUT : 0))
      .map(({ position }) => ({ layer: position, reason: "no layer learns between this dropout and the prediction" }));
  },
};
