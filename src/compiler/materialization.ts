/**
 * Which nodes get memory. Elementwise nodes are computed where they are used, again if need be, unless something
 * needs them as a tensor: a kernel, a view, a broadcast, or the world outside.
 */
import { topologicalOrder, type Node } from "../graph/node.js";
import { shapesEqual } from "../shape.js";

/** Nodes worth computing only once. */
const expensive = new Set(["exp", "log", "tanh", "sigmoid", "pow"]);
/** How large an expression may grow before a part of it gets memory. */
const largestExpression = 32;

export class Materialization {
  readonly order: readonly Node[];
  readonly users = new Map<Node, Node[]>();
  private readonly wanted: ReadonlySet<Node>;
  private readonly inlined = new Map<Node, number>();

  constructor(outputs: readonly Node[], updates: readonly Node[]) {
    this.wanted = new Set(outputs);
    this.order = topologicalOrder([...outputs, ...updates]);
    for (const node of this.order) {
      if (node.value !== undefined) continue;
      for (const input of new Set(node.inputs)) this.users.set(input, [...(this.users.get(input) ?? []), node]);
    }
    for (const node of this.order) if (this.canInline(node)) this.inlined.set(node, this.expressionSize(node));
  }

  /** Whether the node is computed inside the loops that use it. */
  isInlined(node: Node): boolean {
    return this.inlined.has(node);
  }

  usersOf(node: Node): readonly Node[] {
    return this.users.get(node) ?? [];
  }

  private canInline(node: Node): boolean {
    const { kind } = node.op.lowering;
    if (node.value !== undefined || (kind !== "elementwise" && kind !== "index")) return false;
    if (this.wanted.has(node)) return false;
    const users = this.usersOf(node);
    if (users.length > 1 && expensive.has(node.op.name)) return false;
    if (this.expressionSize(node) > largestExpression) return false;
    return users.every((user) => this.takesExpression(user, node));
  }

  private takesExpression(user: Node, node: Node): boolean {
    const { kind } = user.op.lowering;
    if (kind === "reduce") return true;
    if (user.op.name === "pad") return this.usersOf(node).length === 1;
    if (kind !== "elementwise") return false;
    return shapesEqual(user.shape, node.shape) || node.op.lowering.kind === "index";
  }

  private expressionSize(node: Node): number {
    return node.inputs.reduce((size, input) => size + (this.inlined.get(input) ?? 1), 1);
  }
}
