/** Nodes whose values stay the same as long as no variable changes. */
import type { Node } from "../../graph/node.js";
import { constant, variable } from "../../ops/leaf.js";

/** The nodes that are computed from variables and constants alone. In `order`, inputs come before their users. */
export function fixedNodes(order: readonly Node[]): ReadonlySet<Node> {
  const fixed = new Set<Node>();
  for (const node of order) {
    const { value, inputs } = node;
    const isFixed =
      inputs.length > 0 ? inputs.every((input) => fixed.has(input)) : variable.is(node) || constant.is(node);
    if (value === undefined && isFixed) fixed.add(node);
  }
  return fixed;
}
