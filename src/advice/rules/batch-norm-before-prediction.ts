import { isNorm } from "../network.js";
import { afterPrediction } from "../prediction.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "batch-norm-before-prediction",
  meaning: "The size of the logits says how sure the network is, and batch norm after the prediction resets it.",
  suggestion: "Let the last batch norm follow the last 3×3 convolution, together with its ReLU.",
  find: (network) =>
    afterPrediction(network)
      .filter(isNorm)
      .map(({ position }) => ({ layer: position, reason: "it normalises the logits themselves" })),
};
