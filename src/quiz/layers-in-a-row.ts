/** What the questions about several fully connected layers have in common. */
import { thousands } from "../text/thousands.js";
import { layerWeights, sum } from "./reckoning.js";

/** `784·32 = 25,088; 32·10 = 320; in total 25,408.` */
export function explainLayers(sizes: readonly number[]): string {
  const each = layerWeights(sizes).map(
    (weights, i) => `${thousands(sizes[i]!)}·${thousands(sizes[i + 1]!)} = ${thousands(weights)}`,
  );
  return `${each.join("; ")}; in total ${thousands(sum(layerWeights(sizes)))}.`;
}
