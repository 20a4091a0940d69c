/**
 * The base of `Tensor`. Its methods are grouped by what they do. Each group is a class that extends the previous one:
 * Handle, Arithmetic, Pointwise, Comparison, Reduction, Shaping, and finally Tensor, the only one that users see. `T`
 * is always Tensor; as a type parameter, it keeps the groups from importing the class that is built on them.
 */
import { ArgumentError, ShapeError } from "../../errors/errors.js";
import type { Dtype, Node } from "../../graph/node.js";
import { resolveAxis, sizeOf, type Shape } from "../../graph/shape.js";
import { constant } from "../../ops/index.js";

/** @internal */
export abstract class Handle<T extends Handle<T>> {
  /**
   * The node that this tensor stands for at present.
   * @internal
   */
  abstract get node(): Node;
  /** A tensor that stands for a node. */
  protected abstract wrap(node: Node): T;

  /** The size of each axis, outermost first, in a new array; `[]` for a scalar. PyTorch: `Tensor.shape`. */
  get shape(): Shape {
    return [...this.node.shape];
  }
  /** The type of the elements. PyTorch: `Tensor.dtype`. */
  get dtype(): Dtype {
    return this.node.dtype;
  }
  /** The number of axes. PyTorch: `Tensor.ndim`. */
  get ndim(): number {
    return this.shape.length;
  }

  /**
   * Returns the number of elements. PyTorch: `torch.numel`.
   * @returns the product of the sizes of all axes
   * @example zeros([32, 1, 28, 28]).numel(); // 25088
   */
  numel(): number {
    return sizeOf(this.shape);
  }

  /**
   * Returns the shape, or the size of one axis. PyTorch: `Tensor.size`.
   * @example
   * zeros([32, 10]).size(); // [32, 10]
   * zeros([32, 10]).size(-1); // 10
   */
  size(): Shape;

  /**
   * Returns the size of one axis.
   * @param axis the axis, which may count from the end
   * @throws ShapeError for an axis that does not exist
   */
  size(axis: number): number;
  size(axis?: number): Shape | number {
    if (axis === undefined) return this.shape;
    const size = this.shape[resolveAxis("size", axis, this.ndim)];
    if (size !== undefined) return size;
    throw new ShapeError({ op: "size", problem: "a tensor without axes has no sizes", hint: "item() is its number" });
  }
}

/**
 * The node of an operand. A number becomes a constant: int32 if it is whole and meets an int32 tensor, as in PyTorch.
 * @param beside the node that it meets
 */
export function asNode(operand: { readonly node: Node } | number, beside?: Node): Node {
  if (typeof operand !== "number") return operand.node;
  if (beside?.dtype !== "int32" || !Number.isInteger(operand)) return constant(operand);
  if (operand === (operand | 0)) return constant(operand, [], "int32");
  throw new ArgumentError({
    op: "Tensor",
    problem: `the number ${operand} does not fit into int32, the tensor's type`,
    expected: "-2147483648 to 2147483647",
    hint: "compute with float32 instead, which rounds: x.float()",
  });
}
