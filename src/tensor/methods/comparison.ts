/** Comparisons, which give 1 where they hold and 0 elsewhere, as int32; choosing by them; and casts. */
import * as ops from "../../ops/index.js";
import { asNode, type Handle } from "./handle.js";
import { Pointwise } from "./pointwise.js";

/** @internal */
export abstract class Comparison<T extends Handle<T>> extends Pointwise<T> {
  /**
   * Tests whether elements are equal. PyTorch: `torch.eq`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns 1 where they are and 0 elsewhere, as int32
   * @throws ShapeError if the shapes do not broadcast
   * @example
   * tensor([1, 2, 3]).eq(2).tolist(); // [0, 1, 0]
   * tensor([1, 2, 3]).eq(tensor([1, 0, 3])).sum().item(); // 2
   */
  eq(other: T | number): T {
    return this.wrap(ops.eq(this.node, asNode(other)));
  }

  /**
   * Tests whether elements differ. PyTorch: `torch.ne`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns 1 where they do and 0 elsewhere, as int32
   * @throws ShapeError if the shapes do not broadcast
   * @example tensor([1, 2, 3]).ne(2).tolist(); // [1, 0, 1]
   */
  ne(other: T | number): T {
    return this.wrap(ops.ne(this.node, asNode(other)));
  }

  /**
   * Tests whether elements are less than others. PyTorch: `torch.lt`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns 1 where they are and 0 elsewhere, as int32
   * @throws ShapeError if the shapes do not broadcast
   * @example tensor([1, 2, 3]).lt(2).tolist(); // [1, 0, 0]
   */
  lt(other: T | number): T {
    return this.wrap(ops.lt(this.node, asNode(other)));
  }

  /**
   * Tests whether elements are less than others, or equal. PyTorch: `torch.le`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns 1 where they are and 0 elsewhere, as int32
   * @throws ShapeError if the shapes do not broadcast
   * @example tensor([1, 2, 3]).le(2).tolist(); // [1, 1, 0]
   */
  le(other: T | number): T {
    return this.wrap(ops.le(this.node, asNode(other)));
  }

  /**
   * Tests whether elements are greater than others. PyTorch: `torch.gt`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns 1 where they are and 0 elsewhere, as int32
   * @throws ShapeError if the shapes do not broadcast
   * @example tensor([1, 2, 3]).gt(2).tolist(); // [0, 0, 1]
   */
  gt(other: T | number): T {
    return this.wrap(ops.gt(this.node, asNode(other)));
  }

  /**
   * Tests whether elements are greater than others, or equal. PyTorch: `torch.ge`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns 1 where they are and 0 elsewhere, as int32
   * @throws ShapeError if the shapes do not broadcast
   * @example tensor([1, 2, 3]).ge(2).tolist(); // [0, 1, 1]
   */
  ge(other: T | number): T {
    return this.wrap(ops.ge(this.node, asNode(other)));
  }

  /**
   * Chooses between two tensors, with this one as the condition. All three broadcast. PyTorch: `torch.where`.
   * @param yes what the result has where the condition is not 0
   * @param no what it has where the condition is 0
   * @returns the chosen elements, in the shape to which all broadcast; int32 if both choices are, otherwise float32
   * @throws ShapeError if the shapes do not broadcast
   * @example
   * const x = tensor([-1, 2, -3]);
   * x.lt(0).where(0, x).tolist(); // [0, 2, 0]
   */
  where(yes: T | number, no: T | number): T {
    return this.wrap(ops.where(this.node, asNode(yes), asNode(no)));
  }

  /**
   * Converts the elements to float32. PyTorch: `Tensor.float`.
   * @returns a float32 tensor of the same shape
   * @example tensor(Int32Array.of(1, 2)).float().dtype; // "float32"
   */
  float(): T {
    return this.wrap(ops.cast(this.node, "float32"));
  }

  /**
   * Converts the elements to int32, rounding towards zero. No gradient flows through it. PyTorch: `Tensor.int`.
   * @returns an int32 tensor of the same shape
   * @example tensor([1.7, -1.7]).int().tolist(); // [1, -1]
   */
  int(): T {
    return this.wrap(ops.cast(this.node, "int32"));
  }
}
