/** Advice on a network: what every rule finds in it. */
import { arrayOf } from "../errors/kinds.js";
import { recordWith } from "../errors/record-kinds.js";
import { Signature, required } from "../errors/signature.js";
import type { Inspection } from "../inspect/layer.js";
import { layerTitle } from "../inspect/inspect-table.js";
import { Network } from "./network.js";
import type { Advice } from "./rule.js";
import { adviceRules } from "./rules/index.js";

const ofAdvise = new Signature("advise", [
  required("inspection", recordWith("what inspectNetwork() returns", "layers")),
]);

/**
 * Finds what the course would advise on a network.
 * @param inspection what `inspectNetwork` found
 * @returns the advice, layer by layer; nothing if the network follows the rules
 * @example
 * advise(inspectNetwork(new ExerciseNet(), [1, 28, 28])); // []
 * const net = new nn.Sequential(new nn.Conv2d(1, 10, 28), new nn.ReLU(), new nn.Flatten(), new nn.LogSoftmax(1));
 * advise(inspectNetwork(net, [1, 28, 28])).map(({ rule }) => rule); // ["relu-before-softmax"]
 */
export function advise(inspection: Inspection): Advice[] {
  ofAdvise.read(arguments);
  const network = new Network(inspection);
  return adviceRules.flatMap(({ name, meaning, suggestion, find }) =>
    find(network).map((finding) => ({ rule: name, meaning, suggestion, ...finding })),
  );
}

const ofFormatAdvice = new Signature("formatAdvice", [
  required("advice", arrayOf(recordWith("what advise() returns", "rule"))),
  required("inspection", recordWith("what inspectNetwork() returns", "layers")),
]);

/**
 * Writes advice as text, three lines for each piece.
 * @param advice what `advise` found
 * @param inspection what `inspectNetwork` found
 * @returns the text, without a line end after the last line
 * @example
 * const inspection = inspectNetwork(new ExerciseNet(), [1, 28, 28]);
 * formatAdvice(advise(inspection), inspection); // "No advice: the network follows the rules of the course."
 */
export function formatAdvice(advice: readonly Advice[], inspection: Inspection): string {
  ofFormatAdvice.read(arguments);
  const { layers } = inspection;
  if (advice.length === 0) return "No advice: the network follows the rules of the course.";
  return advice
    .map(({ rule, layer, reason, meaning, suggestion }) => {
      const where = `${rule}, layer ${layer} (${layerTitle(layers[layer]!)}): ${reason}.`;
      return `${where}\n  ${meaning}\n  Try: ${suggestion}`;
    })
    .join("\n");
}
