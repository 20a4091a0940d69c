import { isWeighty, type Network, type Placed } from "../network.js";
import { afterPrediction } from "../prediction.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "relu-before-softmax",
  meaning:
    "A ReLU on the logits turns every negative logit into 0, so an unlikely class becomes as likely as an undecided one.",
  suggestion: "Remove the activation after the prediction: softmax accepts logits of either sign.",
  find: (network) =>
    afterPrediction(network)
      .filter((layer) => layer.kind === "activation")
      .filter((layer) => layer.by === "relu" || isBeforeSoftmax(network, layer) || isLastOfClasses(network, layer))
      .map(({ position, by }) => ({
        layer: position,
        reason:
          by === "relu"
            ? "it discards what the prediction says against a class"
            : `it keeps the logits within the range of ${by}, so the network can never be sure`,
      })),
};

/** Whether it ends a network with several classes, whose loss includes a softmax. One or two outputs may be likelihoods. */
function isLastOfClasses(network: Network, layer: Placed): boolean {
  const ends = network.ends.flatMap((end) => network.nearestBefore(end, ({ kind }) => kind !== "reshape", true));
  return ends.includes(layer) && layer.outputs[0]!.length <= 3 && layer.outputs[0]![0]! > 2;
}

/** Whether a softmax follows without a layer in between that learns. */
function isBeforeSoftmax(network: Network, layer: Placed): boolean {
  const next = network.nearestAfter(layer, (one) => one.kind === "softmax" || one.kind === "other" || isWeighty(one));
  return next.some(({ kind }) => kind === "softmax");
}
