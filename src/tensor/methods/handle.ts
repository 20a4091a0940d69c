/**
 * What the methods of `Tensor` stand on. They are grouped by what they do, a class for each group, each extending the
 * one before it: Handle, Arithmetic, Pointwise, Comparison, Reduction, Shaping, and last Tensor, the only one that users
 * see. `T` is Tensor; as a parameter it keeps the groups from importing what is built on them.
 */
import type { Dtype, Node } from "../../graph/node.js";
import { resolveAxis, sizeOf, type Shape } from "../../graph/shape.js";
import { constant } from "../../ops/index.js";

export abstract class Handle<T extends Handle<T>> {
  /** What this tensor stands for in the graph, at present. */
  abstract get node(): Node;
  /** A tensor that stands for a node. */
  protected abstract wrap(node: Node): T;

  get shape(): Shape {
    return this.node.shape;
  }
  get dtype(): Dtype {
    return this.node.dtype;
  }
  get ndim(): number {
    return this.shape.length;
  }
  /** The elements' number. PyTorch: `numel()`. */
  numel(): number {
    return sizeOf(this.shape);
  }
  size(): Shape;
  size(axis: number): number;
  size(axis?: number): Shape | number {
    return axis === undefined ? this.shape : this.shape[resolveAxis("size", axis, this.ndim)]!;
  }
}

/** The node of an operand; a number becomes a constant. */
export function asNode(operand: { readonly node: Node } | number): Node {
  return typeof operand === "number" ? constant(operand) : operand.node;
}
