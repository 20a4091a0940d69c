import { afterPrediction, rightBeforePrediction } from "../prediction.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "batch-norm-before-prediction",
  meaning: "The size of the logits says how sure the network is, and batch norm at the prediction resets it.",
  suggestion: "Let the last batch norm follow the last 3×3 convolution, together with its ReLU.",
  find: (network) => {
    const onLogits = afterPrediction(network).filter(({ kind }) => kind === "batchNorm");
    const before = rightBeforePrediction(network, "batchNorm", ["reshape", "dropout"]);
    return [
      ...onLogits.map(({ position }) => ({ layer: position, reason: "it normalises the logits themselves" })),
      ...before.map(({ position }) => ({ layer: position, reason: "there is no layer between it and the prediction" })),
    ];
  },
};
