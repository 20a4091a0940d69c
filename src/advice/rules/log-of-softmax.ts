import { isWeighty, type Network, type Placed } from "../network.js";
import { afterPrediction } from "../prediction.js";
import type { AdviceRule } from "../rule.js";

/** What may keep a likelihood away from 0 before its logarithm. */
const GUARDS = ["add", "clamp", "maximum"];

export const rule: AdviceRule = {
  name: "log-of-softmax",
  meaning: "A likelihood that is rounded to 0 has the logarithm −∞, and the loss and all weights become NaN.",
  suggestion: "Write F.logSoftmax(x, 1), which computes both at once and stays finite.",
  find: (network) =>
    afterPrediction(network)
      .filter((layer) => layer.kind === "softmax" && !layer.log)
      .flatMap((layer) => logsAfter(network, layer))
      .map(({ position }) => ({ layer: position, reason: "it takes the logarithm of the likelihoods of a softmax" })),
};

function logsAfter(network: Network, softmax: Placed): Placed[] {
  const passes = (one: Placed): boolean => one.kind === "reshape" || (!isWeighty(one) && GUARDS.includes(one.name));
  return network.nearestAfter(softmax, (one) => !passes(one)).filter(({ name }) => name.toLowerCase() === "log");
}
