import { afterPrediction } from "../prediction.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "relu-before-softmax",
  meaning:
    "A ReLU on the logits turns every negative logit into 0, so an unlikely class becomes as likely as an undecided one.",
  suggestion: "Remove the activation after the prediction: softmax accepts logits of either sign.",
  find: (network) =>
    afterPrediction(network)
      .filter((layer) => layer.kind === "activation" && layer.by === "relu")
      .map(({ position }) => ({ layer: position, reason: "it discards what the prediction says against a class" })),
};
