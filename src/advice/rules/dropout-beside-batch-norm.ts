import type { AdviceRule } from "../rule.js";

const STRONG_DROPOUT = 0.5;

export const rule: AdviceRule = {
  name: "dropout-beside-batch-norm",
  meaning:
    "Dropping half of the values shifts the statistics that batch norm learns in training and uses in evaluation.",
  suggestion: "Use a p of 0.1 or less before batch norm, move the dropout behind the last batch norm, or remove it.",
  find: (network) =>
    network.all("dropout").flatMap((layer) => {
      const { position, p } = layer;
      const next = network.layers.find((one) => one.kind === "batchNorm" && network.allBefore(one).includes(layer));
      if (!(p >= STRONG_DROPOUT) || !next) return [];
      return [{ layer: position, reason: `its p is ${p}, and batch norm follows in layer ${next.position}` }];
    }),
};
