/**
 * The structure of a graph as a string: two graphs with equal structures can run the same program on other data.
 * Leaves and variables are numbered in the order in which they are met.
 */
import { attributesKey } from "../compiler/lower.js";
import { topologicalOrder, type Node } from "../graph/node.js";
import type { Variable } from "../graph/variable.js";
import { isVariable } from "../ops/leaf.js";
import type { Update } from "./engine.js";

export interface Structure {
  readonly key: string;
  /** Nodes that hold data, in the order of their numbers. */
  readonly leaves: readonly Node[];
  readonly variables: readonly Variable[];
}

export function structureOf(outputs: readonly Node[], updates: readonly Update[]): Structure {
  const leaves: Node[] = [];
  const variables: Variable[] = [];
  const numbers = new Map<Node, number>();
  const parts: string[] = [];
  const numberOf = (variable: Variable): number => {
    const index = variables.indexOf(variable);
    return index >= 0 ? index : variables.push(variable) - 1;
  };
  for (const node of topologicalOrder([...outputs, ...updates.map((update) => update.value)])) {
    numbers.set(node, numbers.size);
    if (node.value !== undefined) {
      leaves.push(node);
      parts.push(`=${node.dtype}[${node.shape.join()}]`);
    } else if (isVariable(node)) {
      parts.push(`$${numberOf(node.attrs.variable)}${node.dtype}[${node.shape.join()}]`);
    } else {
      const inputs = node.inputs.map((input) => numbers.get(input)).join();
      const shape = node.inputs.length === 0 ? `[${node.shape.join()}]` : "";
      parts.push(`${node.op.name}${attributesKey(node)}${shape}(${inputs})`);
    }
  }
  parts.push(`>${outputs.map((node) => numbers.get(node)).join()}`);
  for (const { variable, value } of updates) parts.push(`${numberOf(variable)}:${numbers.get(value)}`);
  return { key: parts.join(";"), leaves, variables };
}
