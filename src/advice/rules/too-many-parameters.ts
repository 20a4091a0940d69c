import { MAX_PARAMETERS } from "../../exercise/rules.js";
import { thousands } from "../../text/thousands.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "too-many-parameters",
  meaning: `The exercise allows fewer than ${thousands(MAX_PARAMETERS)} parameters.`,
  suggestion:
    "Start with the layer that has the most: use fewer channels, a 1×1 transition before it, or no flattening.",
  find: (network) => {
    const { parameters } = network.inspection;
    if (parameters < MAX_PARAMETERS || !network.isExercise) return [];
    const largest = network.layers.reduce((most, layer) => (layer.parameters > most.parameters ? layer : most));
    const [all, own] = [parameters, largest.parameters].map(thousands);
    return [{ layer: largest.position, reason: `the network has ${all} parameters, ${own} of them in this layer` }];
  },
};
