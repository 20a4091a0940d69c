/** The graph of a recorded function, which is compared with what the function builds when it is called again. */
import type { HostArray, Node } from "../graph/node.js";
import { ageOf, variable } from "../ops/leaf.js";
import type { Realization } from "../runtime/realize.js";
import { structureOf, StructureTable, type Structure } from "../runtime/structure.js";

export class RecordedGraph {
  private readonly structures = new StructureTable<Structure>();
  private readonly structure: Structure;
  /** What is read and overwritten: variables, and the ages of the elements that are read. */
  private readonly variables: readonly unknown[];

  /** @param args the leaves that stand for the function's arguments */
  constructor(
    { order, outputs, updates }: Realization,
    private readonly args: readonly Node[],
  ) {
    this.structure = structureOf(outputs, updates);
    this.structures.add(this.structure, this.structure);
    this.variables = [
      ...order.flatMap((node) => (variable.is(node) ? [node.attrs.variable, ageOf(node)] : [])),
      ...updates.map((update) => update.variable),
    ];
  }

  /** Whether another graph, which has just been made, computes the same from the same data and variables. */
  equals(other: RecordedGraph): boolean {
    const known = this.structures.find(other.structure);
    if (!known) return false;
    const { leaves } = known;
    return (
      leaves.length === other.structure.leaves.length &&
      leaves.every((leaf, i) => this.stands(leaf, other, other.structure.leaves[i]!)) &&
      this.variables.length === other.variables.length &&
      this.variables.every((part, i) => part === other.variables[i])
    );
  }

  /** Whether two leaves stand for the same argument, or are both new in each run, or have the same elements. */
  private stands(leaf: Node, { args }: RecordedGraph, other: Node): boolean {
    const place = this.args.indexOf(leaf);
    if (place !== args.indexOf(other) || !leaf.supply !== !other.supply) return false;
    return place >= 0 || leaf.supply !== undefined || sameElements(leaf.value!, other.value!);
  }
}

function sameElements(a: HostArray, b: HostArray): boolean {
  return a === b || (a.length === b.length && a.every((element, i) => Object.is(element, b[i])));
}
