/** Methods that change the shape or the order of the elements or select some of them, and the matrix product. */
import { ShapeError } from "../../errors/errors.js";
import { formatShape, resolveAxes, resolveAxis, sizeOf, type Shape } from "../../graph/shape.js";
import * as ops from "../../ops/index.js";
import type { Handle } from "./handle.js";
import { Reduction } from "./reduction.js";
import { counted } from "../../text/counted.js";

/** @internal */
export abstract class Shaping<T extends Handle<T>> extends Reduction<T> {
  /**
   * Returns the same elements, in row-major order, in another shape. PyTorch: `torch.reshape`.
   * @param sizes the new shape, as numbers or as one array; one of them may be -1 and is inferred
   * @returns a tensor with as many elements
   * @throws ShapeError if the elements do not fill the shape
   * @example
   * arange(6).reshape(2, 3).tolist(); // [[0, 1, 2], [3, 4, 5]]
   * zeros([32, 10, 1, 1]).reshape(-1, 10).shape; // [32, 10]
   */
  reshape(...sizes: readonly number[] | readonly [Shape]): T {
    return this.wrap(ops.reshape(this.node, completeShape("reshape", flat(sizes), this.shape)));
  }

  /**
   * Does the same as `reshape`. PyTorch: `Tensor.view`.
   * @param sizes the new shape, as numbers or as one array; one of them may be -1 and is inferred
   * @returns a tensor with as many elements
   * @throws ShapeError if the elements do not fill the shape
   * @example zeros([32, 10, 1, 1]).view(-1, 10).shape; // [32, 10]
   */
  view(...sizes: readonly number[] | readonly [Shape]): T {
    return this.wrap(ops.reshape(this.node, completeShape("view", flat(sizes), this.shape)));
  }

  /**
   * Merges several axes into one. PyTorch: `torch.flatten`.
   * @param start the first axis to merge
   * @param end the last one; the tensor's last unless given
   * @returns a tensor with the same elements
   * @throws ShapeError for an axis that does not exist, or if the first is behind the last
   * @example zeros([32, 16, 5, 5]).flatten(1).shape; // [32, 400]
   */
  flatten(start = 0, end = -1): T {
    const first = resolveAxis("flatten", start, this.ndim);
    const last = resolveAxis("flatten", end, this.ndim);
    if (first > last) {
      throw new ShapeError({
        op: "flatten",
        problem: `axis ${first}, the first to merge, is behind axis ${last}, the last`,
      });
    }
    const middle = sizeOf(this.shape.slice(first, last + 1));
    return this.reshape([...this.shape.slice(0, first), middle, ...this.shape.slice(last + 1)]);
  }

  /**
   * Reorders the axes: axis i of the result is axis `order[i]` of this tensor. PyTorch: `torch.permute`.
   * @param order every axis once, as numbers or as one array
   * @returns a tensor with the same elements
   * @throws ShapeError if the order does not name every axis once
   * @example zeros([8, 28, 28, 3]).permute(0, 3, 1, 2).shape; // [8, 3, 28, 28]
   */
  permute(...order: readonly number[] | readonly [readonly number[]]): T {
    return this.wrap(
      ops.permute(
        this.node,
        flat(order).map((axis) => resolveAxis("permute", axis, this.ndim)),
      ),
    );
  }

  /**
   * Swaps two axes. PyTorch: `torch.transpose`.
   * @param a one of them
   * @param b the other
   * @returns a tensor with the same elements
   * @throws ShapeError for an axis that does not exist
   * @example tensor([[1, 2, 3], [4, 5, 6]]).transpose(0, 1).tolist(); // [[1, 4], [2, 5], [3, 6]]
   */
  transpose(a: number, b: number): T {
    const order = this.shape.map((_, axis) => axis);
    const [x, y] = [resolveAxis("transpose", a, this.ndim), resolveAxis("transpose", b, this.ndim)];
    [order[x], order[y]] = [order[y]!, order[x]!];
    return this.wrap(ops.permute(this.node, order));
  }

  /**
   * Swaps the first two axes of a tensor that has them: transposes a matrix. PyTorch: `torch.t`.
   * @returns a tensor with the same elements
   * @example tensor([[1, 2], [3, 4]]).t().tolist(); // [[1, 3], [2, 4]]
   */
  t(): T {
    return this.ndim < 2 ? this.wrap(this.node) : this.transpose(0, 1);
  }

  /**
   * Repeats axes of size 1 without copying. New axes are added in front. PyTorch: `Tensor.expand`.
   * @param sizes the new shape, as numbers or as one array; -1 keeps an axis as it is
   * @returns a tensor of that shape
   * @throws ShapeError if an axis changes whose size is not 1
   * @example tensor([[1], [2]]).expand(2, 3).tolist(); // [[1, 1, 1], [2, 2, 2]]
   */
  expand(...sizes: readonly number[] | readonly [Shape]): T {
    const list = flat(sizes);
    const lead = list.length - this.ndim;
    return this.wrap(
      ops.expand(
        this.node,
        list.map((size, axis) => (size === -1 ? (this.shape[axis - lead] ?? size) : size)),
      ),
    );
  }

  /**
   * Drops axes of size 1. PyTorch: `torch.squeeze`.
   * @param axis the one to drop, if its size is 1; every such axis unless given
   * @returns a tensor with the same elements
   * @throws ShapeError for an axis that does not exist
   * @example zeros([32, 10, 1, 1]).squeeze().shape; // [32, 10]
   */
  squeeze(axis?: number): T {
    const at = axis === undefined ? undefined : resolveAxis("squeeze", axis, this.ndim);
    return this.reshape(this.shape.filter((size, i) => size !== 1 || (at !== undefined && i !== at)));
  }

  /**
   * Adds an axis of size 1. PyTorch: `torch.unsqueeze`.
   * @param axis its position in the result
   * @returns a tensor with the same elements
   * @throws ShapeError for a position that the result does not have
   * @example zeros([28, 28]).unsqueeze(0).shape; // [1, 28, 28]
   */
  unsqueeze(axis: number): T {
    const at = resolveAxis("unsqueeze", axis, this.ndim + 1);
    return this.reshape([...this.shape.slice(0, at), 1, ...this.shape.slice(at)]);
  }

  /**
   * Takes a range of an axis. Positions may count from the end. PyTorch: `x[start:end:step]` on that axis.
   * @param axis the axis
   * @param start the first position to take
   * @param end the position to stop before; the end of the axis unless given
   * @param step the distance between positions, at least 1
   * @returns a tensor of the same type with a shorter axis, of size 0 if there is nothing in the range
   * @throws ShapeError if the axis does not exist; ArgumentError for a step below 1
   * @example
   * arange(6).slice(0, 1, 4).tolist(); // [1, 2, 3]
   * arange(6).slice(0, -4, undefined, 2).tolist(); // [2, 4]
   */
  slice(axis: number, start: number, end?: number, step = 1): T {
    this.size(axis);
    return this.wrap(ops.sliceAxis(this.node, resolveAxis("slice", axis, this.ndim), start, end, step));
  }

  /**
   * Takes one position of an axis and drops that axis. PyTorch: `torch.select`.
   * @param axis the axis
   * @param index the position, which may count from the end
   * @returns a tensor of the same type with one axis fewer
   * @throws ShapeError for an axis or a position that does not exist
   * @example tensor([[1, 2], [3, 4]]).select(0, -1).tolist(); // [3, 4]
   */
  select(axis: number, index: number): T {
    const at = resolveAxis("select", axis, this.ndim);
    const size = this.size(at);
    if (index < -size || index >= size) {
      throw new ShapeError({
        op: "select",
        problem: `index ${index} is out of range for axis ${axis} of size ${size}`,
      });
    }
    const i = index < 0 ? index + size : index;
    const rest = this.shape.filter((_, axis) => axis !== at);
    return this.wrap(ops.reshape(ops.sliceAxis(this.node, at, i, i + 1, 1), rest));
  }

  /**
   * Reverses axes. PyTorch: `torch.flip`.
   * @param axes the axes to reverse
   * @returns a tensor of the same shape and type
   * @throws ShapeError for an axis that does not exist or is named twice
   * @example tensor([[1, 2], [3, 4]]).flip(1).tolist(); // [[2, 1], [4, 3]]
   */
  flip(...axes: readonly number[] | readonly [readonly number[]]): T {
    return this.wrap(ops.flip(this.node, resolveAxes("flip", flat(axes), this.ndim)));
  }

  /**
   * Multiplies matrices: the last two axes of both, while the axes in front broadcast. A vector is a row on the left
   * and a column on the right. PyTorch: `torch.matmul`.
   * @param other the right-hand factor, [*, K, N] for this tensor's [*, M, K]
   * @returns a tensor [*, M, N]; int32 if both are, otherwise float32
   * @throws ShapeError if the inner sizes differ, if the axes in front do not broadcast, or for a scalar; ArgumentError if
   *   an int32 product or sum does not fit, when it is computed
   * @example tensor([[1, 2], [3, 4]]).matmul(tensor([[1], [10]])).tolist(); // [[21], [43]]
   */
  matmul(other: T): T {
    return this.wrap(ops.matmul(this.node, other.node));
  }
}

function flat(sizes: readonly number[] | readonly [readonly number[]]): readonly number[] {
  return typeof sizes[0] === "object" ? sizes[0] : (sizes as readonly number[]);
}

function completeShape(op: string, sizes: readonly number[], from: Shape): Shape {
  const known = sizes.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const shape = sizes.map((size) => (size === -1 ? sizeOf(from) / known : size));
  if (
    sizes.filter((size) => size === -1).length > 1 ||
    sizeOf(shape) !== sizeOf(from) ||
    !shape.every((size) => size >= 0 && Number.isInteger(size))
  ) {
    throw new ShapeError({
      op,
      problem: `${formatShape(from)} has ${counted(sizeOf(from), "element")} and cannot be reshaped to ${formatShape(sizes)}`,
    });
  }
  return shape;
}
