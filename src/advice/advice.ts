/** Advice on a network: what every rule finds in it. */
import { arrayOf, flag } from "../errors/kinds.js";
import { recordWith } from "../errors/record-kinds.js";
import { Signature, byName, optional, required } from "../errors/signature.js";
import type { Inspection } from "../inspect/layer.js";
import { layerTitle } from "../inspect/inspect-table.js";
import { Network } from "./network.js";
import type { Advice } from "./rule.js";
import { adviceRules } from "./rules/index.js";

/** For `advise`. */
export interface AdviceOptions {
  /**
   * Whether the network is for MNIST, so that the exercise's limit of parameters applies. Default: whether its input is
   * 1×28×28 and it has ten outputs. Other data can have the same shape.
   */
  readonly exercise?: boolean;
}

const ofAdvise = new Signature("advise", [
  required("inspection", recordWith("what inspectNetwork() returns", "layers")),
  byName(optional("exercise", flag)),
]);

/**
 * Finds what the course would advise on a network.
 * @param inspection what `inspectNetwork` found
 * @param options what is known about the data
 * @returns the advice, layer by layer; nothing if the network follows the rules
 * @example
 * advise(inspectNetwork(new ExerciseNet(), [1, 28, 28])); // []
 * const net = new nn.Sequential(new nn.Conv2d(1, 10, 28), new nn.ReLU(), new nn.Flatten(), new nn.LogSoftmax(1));
 * advise(inspectNetwork(net, [1, 28, 28])).map(({ rule }) => rule); // ["relu-before-softmax"]
 */
export function advise(inspection: Inspection, options: AdviceOptions = {}): Advice[] {
  ofAdvise.read(arguments);
  const network = new Network(inspection, options.exercise);
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
