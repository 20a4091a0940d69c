import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "softmax-before-loss",
  meaning: "The losses expect log-likelihoods (nllLoss) or logits (crossEntropy), not likelihoods.",
  suggestion: "Use logSoftmax with nllLoss, or pass the logits to crossEntropy, which includes a softmax.",
  find: (network) =>
    network.ends.flatMap((end) =>
      network
        .nearestBefore(end, (one) => one.kind !== "reshape", true)
        .filter((layer) => layer.kind === "softmax" && !layer.log)
        .map(({ position }) => ({ layer: position, reason: "the network ends with a softmax without a logarithm" })),
    ),
};
