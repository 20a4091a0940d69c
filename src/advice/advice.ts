/** Advice on a network: what every rule finds in it. */
import type { Inspection } from "../inspect/layer.js";
import { layerTitle } from "../inspect/inspect-table.js";
import { Network } from "./network.js";
import type { Advice } from "./rule.js";
import { adviceRules } from "./rules/index.js";

/**
 * The advice that the course would give on a network; none if it follows the rules.
 * @example advise(inspectNetwork(new ExerciseNet(), [1, 28, 28])); // []
 */
export function advise(inspection: Inspection): Advice[] {
  const network = new Network(inspection);
  return adviceRules.flatMap(({ name, meaning, suggestion, find }) =>
    find(network).map((finding) => ({ rule: name, meaning, suggestion, ...finding })),
  );
}

/** Three lines for each piece of advice, without a line end after the last. */
export function formatAdvice(advice: readonly Advice[], { layers }: Inspection): string {
  if (advice.length === 0) return "No advice: the network follows the rules of the course.";
  return advice
    .map(({ rule, layer, reason, meaning, suggestion }) => {
      const where = `${rule}, layer ${layer} (${layerTitle(layers[layer]!)}): ${reason}.`;
      return `${where}\n  ${meaning}\n  Try: ${suggestion}`;
    })
    .join("\n");
}
