/**
 * The structure of a graph: two graphs of the same structure can run the same program on different data. Leaves and
 * variables are numbered in the order in which they are met. A step builds some hundreds of nodes, which are compared
 * with a known structure each time. So they are compared node by node, without making a key.
 */
import { topologicalOrder, type Dtype, type Node, type VariableNode } from "../graph/node.js";
import type { Variable } from "../graph/variable.js";
import { ageOf, variable } from "../ops/leaf.js";
import type { Op } from "../graph/op.js";
import { shapesEqual, type Shape } from "../graph/shape.js";
import type { Update } from "./engine.js";

export interface Structure {
  /** Nodes, inputs before users. */
  readonly order: readonly Node[];
  /** The indices in `order` of the outputs, and then of the updates. */
  readonly results: readonly number[];
  readonly updates: number;
  /** The nodes that hold data, in the order of their numbers. */
  readonly leaves: readonly Node[];
  /** The nodes that read a variable, one for each variable and age. */
  readonly reads: readonly VariableNode[];
  /** The number of the read that a variable node is. */
  readonly readOf: (node: VariableNode) => number;
}

export function structureOf(outputs: readonly Node[], updates: readonly Update[]): Structure {
  const roots = [...outputs, ...updates.map((update) => update.value)];
  const order = topologicalOrder(roots);
  const results = roots.map((node) => node.place);
  const leaves: Node[] = [];
  const reads: VariableNode[] = [];
  const byVariable = new Map<Variable, number[]>();
  const readOf = (node: VariableNode): number => {
    const { variable } = node.attrs;
    let byAge = byVariable.get(variable);
    if (!byAge) byVariable.set(variable, (byAge = []));
    return (byAge[ageOf(node)] ??= reads.push(node) - 1);
  };
  for (const node of order) {
    if (node.value !== undefined) leaves.push(node);
    else if (variable.is(node)) readOf(node);
  }
  return { order, results, updates: updates.length, leaves, reads, readOf };
}

/** What a node contributes to a structure. */
interface Signature {
  readonly dtype: Dtype;
  /** Undefined for nodes with inputs, because their shapes follow from the inputs. */
  readonly shape: Shape | undefined;
  /** Undefined for data, whose origin does not matter. */
  readonly op: Op | undefined;
  readonly attrs: unknown;
  /** The number of a variable's read. Undefined for nodes that read no variable. */
  readonly read: number | undefined;
  readonly inputs: readonly number[];
}

interface Known<T> {
  readonly signatures: readonly Signature[];
  readonly results: readonly number[];
  readonly updates: number;
  readonly value: T;
}

/** Values by structure. The table does not keep any node alive. */
export class StructureTable<T> {
  private readonly bySize = new Map<number, Known<T>[]>();

  find(structure: Structure): T | undefined {
    const candidates = this.bySize.get(structure.order.length) ?? [];
    return candidates.find((known) => matches(known, structure))?.value;
  }

  add(structure: Structure, value: T): void {
    const { order, results, updates } = structure;
    // Inputs are identified by their places, which belong to the last walk.
    topologicalOrder(results.map((place) => order[place]!));
    const known = { signatures: order.map((node) => signatureOf(node, structure)), results, updates, value };
    const list = this.bySize.get(order.length);
    if (list) list.push(known);
    else this.bySize.set(order.length, [known]);
  }
}

function signatureOf(node: Node, { readOf }: Structure): Signature {
  const { dtype, shape } = node;
  if (node.value !== undefined) return { dtype, shape, op: undefined, attrs: undefined, read: undefined, inputs: [] };
  if (variable.is(node)) return { dtype, shape, op: node.op, attrs: undefined, read: readOf(node), inputs: [] };
  const inputs = node.inputs.map((input) => input.place);
  return {
    dtype,
    shape: inputs.length === 0 ? shape : undefined,
    op: node.op,
    attrs: node.attrs,
    read: undefined,
    inputs,
  };
}

function matches<T>(known: Known<T>, structure: Structure): boolean {
  const { order, results, updates, readOf } = structure;
  const { signatures } = known;
  if (updates !== known.updates || !sameNumbers(results, known.results)) return false;
  // From the end, where structures of the same size are most likely to differ.
  for (let i = order.length - 1; i >= 0; i--) if (!matchesNode(signatures[i]!, order[i]!, readOf)) return false;
  return true;
}

function matchesNode(signature: Signature, node: Node, readOf: Structure["readOf"]): boolean {
  if (node.dtype !== signature.dtype) return false;
  if (signature.shape && !shapesEqual(node.shape, signature.shape)) return false;
  if (node.value !== undefined) return signature.op === undefined;
  if (node.op !== signature.op) return false;
  if (variable.is(node)) return readOf(node) === signature.read;
  const { inputs } = node;
  if (inputs.length !== signature.inputs.length) return false;
  for (let i = 0; i < inputs.length; i++) if (inputs[i]!.place !== signature.inputs[i]) return false;
  return sameAttributes(node.attrs, signature.attrs);
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}

/** Attributes are plain data: numbers, strings, and lists and objects of these. */
function sameAttributes(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  let names = 0;
  for (const name in a) {
    if (!sameAttributes((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name])) return false;
    names++;
  }
  for (const _ in b) names--;
  return names === 0;
}
