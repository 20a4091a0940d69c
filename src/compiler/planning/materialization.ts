/**
 * Which nodes get memory. Elementwise nodes are computed where they are used, repeatedly if necessary, unless something
 * needs them as a tensor: a kernel, a view, a broadcast, or the host. A convolution's images are computed twice, each
 * time into memory for a single image: before the convolution, and again before the gradient of its weights. Keeping
 * those of the whole batch in between would take more time, and an eighth of a step's memory.
 */
import { topologicalOrder, type Node } from "../../graph/node.js";
import { isCheap } from "../../graph/op.js";
import { shapesEqual, sizeOf } from "../../graph/shape.js";
import * as ops from "../../ops/index.js";

/** How many nodes an expression may have. In a larger one, some node gets memory. */
const largestExpression = 64;

export class Materialization {
  readonly order: readonly Node[];
  readonly users = new Map<Node, Node[]>();
  private readonly wanted: ReadonlySet<Node>;
  /** Inlined nodes, each with all the nodes of its expression. */
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

  /** Whether a node is computed inside the loops that use it. */
  isInlined(node: Node): boolean {
    return this.inlined.has(node);
  }

  /** Whether an interleaved image is only summed over rows and columns. Then its parts are summed instead. */
  isSummed(node: Node): boolean {
    const users = this.usersOf(node);
    return ops.interleave.is(node) && !this.wanted.has(node) && users.length > 0 && users.every(addsPixels);
  }

  usersOf(node: Node): readonly Node[] {
    return this.users.get(node) ?? [];
  }

  private usersList(node: Node): Node[] {
    let list = this.users.get(node);
    if (!list) this.users.set(node, (list = []));
    return list;
  }

  /** Whether a node may be computed where it is used, as long as no expression becomes too large. */
  private mayInline(node: Node): boolean {
    const { lowering } = node.op;
    if (node.value !== undefined || (lowering.kind !== "elementwise" && lowering.kind !== "index")) return false;
    if (this.wanted.has(node)) return false;
    const users = this.usersOf(node);
    if (users.length > 1 && lowering.kind === "elementwise" && lowering.expensive) return false;
    return users.every((user) => this.takesExpression(user, node));
  }

  private takesExpression(user: Node, node: Node): boolean {
    const { kind } = user.op.lowering;
    if (kind === "reduce") return true;
    if (ops.interleave.is(user)) return true;
    if (ops.pad.is(user)) return this.usersOf(node).length === 1;
    if (isImageOf(node, user)) return this.isWorthComputingAgain(node);
    if (kind !== "elementwise") return false;
    return shapesEqual(user.shape, node.shape) || node.op.lowering.kind === "index";
  }

  /**
   * Whether a convolution's images [N,C,H,W] are worth computing again for the gradient of its weights. They are if
   * they are cheap, and only one of the tensors that they are computed from has the size of the batch.
   */
  private isWorthComputingAgain(images: Node): boolean {
    if (images.shape[1] === 1 || !this.usersOf(images).some(ops.conv2dWeightGradient.is)) {
      return false;
    }
    const nodes = [...this.expressionOf(images)];
    const isComputed = (node: Node): boolean => node === images || this.inlined.has(node);
    if (!nodes.every((node) => !isComputed(node) || isCheap(node.op))) return false;
    const ofOneImage = sizeOf(images.shape.slice(1));
    return nodes.filter((node) => !isComputed(node) && sizeOf(node.shape) > ofOneImage).length === 1;
  }

  /** The nodes that are computed or loaded where this one is computed, including itself. */
  private expressionOf(node: Node): Set<Node> {
    return new Set([node, ...node.inputs.flatMap((input) => [...(this.inlined.get(input) ?? [input])])]);
  }
}

/** Whether these are the images of a convolution, or of the gradient of its weights. */
function isImageOf(images: Node, user: Node): boolean {
  const takesImages = ops.conv2d.is(user) || ops.conv2dWeightGradient.is(user);
  return takesImages && user.inputs[0] === images && user.inputs[1] !== images;
}

function addsPixels(user: Node): boolean {
  return ops.sum.is(user) && user.attrs.axes.includes(2) && user.attrs.axes.includes(3);
}
