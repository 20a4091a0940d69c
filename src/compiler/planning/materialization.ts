/**
 * Which nodes get memory. Elementwise nodes are computed where they are used, again if need be, unless something needs
 * them as a tensor: a kernel, a view, a broadcast, or the world outside. A convolution's images are computed twice,
 * each time into memory of one image: before it, and again before the gradient of its weights. To keep those of the
 * whole batch from the one to the other costs more time than that, and an eighth of a step's memory.
 */
import { topologicalOrder, type Node } from "../../graph/node.js";
import { isCheap } from "../../graph/op.js";
import { shapesEqual, sizeOf } from "../../graph/shape.js";
import * as ops from "../../ops/index.js";

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

  /** Whether a node may be computed where it is used, if that makes no expression too large. */
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
   * Whether a convolution's images [N,C,H,W], which the gradient of its weights needs, too, are computed again for it:
   * that is cheap, and of all that it loads only one is as large as the batch.
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

  /** The nodes that are computed or loaded where this one is computed, itself included. */
  private expressionOf(node: Node): Set<Node> {
    return new Set([node, ...node.inputs.flatMap((input) => [...(this.inlined.get(input) ?? [input])])]);
  }
}

/** Whether these are the images of a convolution, or of a gradient of its weights. */
function isImageOf(images: Node, user: Node): boolean {
  const takesImages = ops.conv2d.is(user) || ops.conv2dWeightGradient.is(user);
  return takesImages && user.inputs[0] === images && user.inputs[1] !== images;
}

function addsPixels(user: Node): boolean {
  return ops.sum.is(user) && user.attrs.axes.includes(2) && user.attrs.axes.includes(3);
}
