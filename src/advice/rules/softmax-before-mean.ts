import { area, type Placed } from "../network.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "softmax-before-mean",
  meaning: "The mean of log-likelihoods is no log-likelihood: the likelihoods that it stands for do not add up to 1.",
  suggestion: "Average the logits over the positions first, and apply logSoftmax to the result.",
  find: (network) =>
    network.all("softmax").flatMap((layer) => {
      if (!layer.log || positions(layer) === 1) return [];
      const [next] = network.nearestAfter(layer, ({ kind }) => kind !== "dropout" && kind !== "reshape");
      if (!next || positions(next) >= positions(layer) || !isMean(next)) return [];
      const reason = `its likelihoods at ${area(layer)!.join("×")} positions are averaged by layer ${next.position}`;
      return [{ layer: layer.position, reason }];
    }),
};

const positions = (layer: Placed): number => (area(layer) ?? [1]).reduce((a, b) => a * b);

function isMean({ kind, name }: Placed): boolean {
  return kind === "pool" || name === "mean" || name === "sum";
}
