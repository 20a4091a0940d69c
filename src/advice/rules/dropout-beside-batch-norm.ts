import type { AdviceRule } from "../rule.js";

const STRONG_DROPOUT = 0.5;

export const rule: AdviceRule = {
  name: "dropout-beside-batch-norm",
  meaning:
    "Dropping half of the values shifts the statistics that batch norm learns in training and uses in evaluation.",
  suggestion: "Use a p of 0.1 or less together with batch norm, or remove the dropout.",
  find: (network) =>
    network
      .all("dropout")
      .filter(({ p }) => p >= STRONG_DROPOUT && network.all("batchNorm").length > 0)
      .map(({ position, p }) => ({ layer: position, reason: `its p is ${p}, and the network uses batch norm` })),
};
