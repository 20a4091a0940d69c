/**
 * The structure of a graph as a string: two graphs with equal structures can run the same program on other data.
 * Leaves and variables are numbered in the order in which they are met.
 */
import { attributesKey } from "../compiler/lower.js";
import { topologicalOrder, type Node, type VariableNode } from "../graph/node.js";
import type { Variable } from "../graph/variable.js";
import { ageOf, isVariable } from "../ops/leaf.js";
import type { Update } from "./engine.js";

export interface Structure {
  readonly key: string;
  /** Nodes that hold data, in the order of their numbers. */
  readonly leaves: readonly Node[];
  /** Nodes that read a variable; one for each variable and age. */
  readonly reads: readonly VariableNode[];
  /** The number of a variable node's read. */
  readonly readOf: (node: VariableNode) => number;
}

export function structureOf(outputs: readonly Node[], updates: readonly Update[]): Structure {
  const leaves: Node[] = [];
  const reads: VariableNode[] = [];
  const numbers = new Map<Node, number>();
  const parts: string[] = [];
  const byVariable = new Map<Variable, number[]>();
  const readOf = (node: VariableNode): number => {
    const { variable } = node.attrs;
    let byAge = byVariable.get(variable);
    if (!byAge) byVariable.set(variable, (byAge = []));
    return (byAge[ageOf(node)] ??= reads.push(node) - 1);
  };
  for (const node of topologicalOrder([...outputs, ...updates.map((update) => update.value)])) {
    numbers.set(node, numbers.size);
    if (node.value !== undefined) {
      leaves.push(node);
      parts.push(`=${node.dtype}[${node.shape.join()}]`);
    } else if (isVariable(node)) {
      parts.push(`$${readOf(node)}${node.dtype}[${node.shape.join()}]`);
    } else {
      const inputs = node.inputs.map((input) => numbers.get(input)).join();
      const shape = node.inputs.length === 0 ? `[${node.shape.join()}]` : "";
      parts.push(`${node.op.name}${attributesKey(node)}${shape}(${inputs})`);
    }
  }
  parts.push(`>${outputs.map((node) => numbers.get(node)).join()}`);
  parts.push(`!${updates.map(({ value }) => numbers.get(value)).join()}`);
  return { key: parts.join(";"), leaves, reads, readOf };
}
