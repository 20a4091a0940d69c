/** Advice on a network: every rule that finds something, with the layer that it means. */
import type { Inspection } from "../inspect/layer.js";
import { layerTitle } from "../inspect/inspect-table.js";
import { convolutionRules } from "./network/convolutions.js";
import { predictionRules } from "./network/prediction.js";
import { Network, type Advice, type AdviceRule } from "./rule.js";
import { structureRules } from "./network/structure.js";

/** All rules, in the order in which they are told. A new one is a record in one of these lists. */
export const adviceRules: readonly AdviceRule[] = [...predictionRules, ...convolutionRules, ...structureRules];

/**
 * What the course would say about a network; nothing, if it follows its rules.
 * @example advise(inspectNetwork(new ExerciseNet(), [1, 28, 28])); // []
 */
export function advise(inspection: Inspection): Advice[] {
  const network = new Network(inspection);
  return adviceRules.flatMap(({ name, meaning, suggestion, find }) =>
    find(network).map((finding) => ({ rule: name, meaning, suggestion, ...finding })),
  );
}

/** Three lines for each piece of advice; without a line end after the last. */
export function formatAdvice(advice: readonly Advice[], { layers }: Inspection): string {
  if (advice.length === 0) return "No advice: the network follows the rules of the course.";
  return advice
    .map(({ rule, layer, reason, meaning, suggestion }) => {
      const where = `${rule}, layer ${layer} (${layerTitle(layers[layer]!)}): ${reason}.`;
      return `${where}\n  ${meaning}\n  Try: ${suggestion}`;
    })
    .join("\n");
}
