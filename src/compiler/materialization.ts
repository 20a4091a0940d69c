/**
 * Which nodes get memory. Elementwise nodes are computed where they are used, again if need be, unless something
 * needs them as a tensor: a kernel, a view, a broadcast, or the world outside.
 */
import { topologicalOrder, type Node } from "../graph/node.js";
import { shapesEqual } from "../shape.js";

/** Nodes worth computing only once. */
export const expensive = new Set(["exp", "log", "tanh", "sigmoid", "pow", "atLargest"]);
/** How many nodes an expression may have before a part of it gets memory. */
const largestExpression = 64;

export class Materialization {
  readonly order: readonly Node[];
  readonly users = new Map<Node, Node[]>();
  private readonly wanted: ReadonlySet<Node>;
  /** Inlined nodes, each with all nodes of its expression. */
  private readonly inlined = new Map<Node, ReadonlySet<Node>>();

  constructor(outputs: readonly Node[], updates: readonly Node[]) {
    this.wanted = new Set(outputs);
    this.order = topologicalOrder([...outputs, ...updates]);
    for (const node of this.order) {
      if (node.value !== undefined) continue;
      for (const input of new Set(node.inputs)) this.usersList(input).push(node);
    }
    for (const node of this.order) {
      if (!this.mayInline(node)) continue;
      const expression = this.expressionOf(node);
      if (expression.size <= largestExpression) this.inlined.set(node, expression);
    }
  }

  /** Whether the node is computed inside the loops that use it. */
  isInlined(node: Node): boolean {
    return this.inlined.has(node);
  }

  /** Whether an interleaved image is only added up over rows and columns: its parts are, without the image. */
  isSummed(node: Node): boolean {
    const users = this.usersOf(node);
    return node.op.name === "interleave" && !this.wanted.has(node) && users.length > 0 && users.every(addsPixels);
  }

  usersOf(node: Node): readonly Node[] {
    return this.users.get(node) ?? [];
  }

  private usersList(node: Node): Node[] {
    let list = this.users.get(node);
    if (!list) this.users.set(node, (list = []));
    return list;
  }

  /** Whether a node may be computed where it is used, if that makes no expression too large. */
  private mayInline(node: Node): boolean {
    const { kind } = node.op.lowering;
    if (node.value !== undefined || (kind !== "elementwise" && kind !== "index")) return false;
    if (this.wanted.has(node)) return false;
    const users = this.usersOf(node);
    if (users.length > 1 && expensive.has(node.op.name)) return false;
    return users.every((user) => this.takesExpression(user, node));
  }

  private takesExpression(user: Node, node: Node): boolean {
    const { kind } = user.op.lowering;
    if (kind === "reduce") return true;
    if (user.op.name === "interleave") return true;
    if (user.op.name === "pad") return this.usersOf(node).length === 1;
    if (kind !== "elementwise") return false;
    return shapesEqual(user.shape, node.shape) || node.op.lowering.kind === "index";
  }

  /** The nodes that are computed or loaded where this one is computed, itself included. */
  private expressionOf(node: Node): Set<Node> {
    return new Set([node, ...node.inputs.flatMap((input) => [...(this.inlined.get(input) ?? [input])])]);
  }
}

function addsPixels(user: Node): boolean {
  if (user.op.name !== "sum") return false;
  const { axes } = user.attrs as { axes: readonly number[] };
  return axes.includes(2) && axes.includes(3);
}
