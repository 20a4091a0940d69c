/**
 * Comparisons, which give int32 tensors with 1 where they hold and 0 elsewhere; selection by a condition; and casts.
 */
import type { Node } from "../../graph/node.js";
import * as ops from "../../ops/index.js";
import { asNode, type Handle } from "./handle.js";
import { Pointwise } from "./pointwise.js";

/** @internal */
export abstract class Comparison<T extends Handle<T>> extends Pointwise<T> {
  /**
   * Tests element by element whether this tensor equals another. PyTorch: `torch.eq`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns an int32 tensor of the broadcast shape: 1 where the test holds, 0 elsewhere
   * @throws ShapeError if the shapes do not broadcast
   * @example
   * tensor([1, 2, 3]).eq(2).tolist(); // [0, 1, 0]
   * tensor([1, 2, 3]).eq(tensor([1, 0, 3])).sum().item(); // 2
   */
  eq(other: T | number): T {
    return this.wrap(ops.eq(this.node, asNode(other, this.node)));
  }

  /**
   * Tests element by element whether this tensor differs from another. PyTorch: `torch.ne`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns an int32 tensor of the broadcast shape: 1 where the test holds, 0 elsewhere
   * @throws ShapeError if the shapes do not broadcast
   * @example tensor([1, 2, 3]).ne(2).tolist(); // [1, 0, 1]
   */
  ne(other: T | number): T {
    return this.wrap(ops.ne(this.node, asNode(other, this.node)));
  }

  /**
   * Tests element by element whether this tensor is less than another. PyTorch: `torch.lt`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns an int32 tensor of the broadcast shape: 1 where the test holds, 0 elsewhere
   * @throws ShapeError if the shapes do not broadcast
   * @example tensor([1, 2, 3]).lt(2).tolist(); // [1, 0, 0]
   */
  lt(other: T | number): T {
    return this.wrap(ops.lt(this.node, asNode(other, this.node)));
  }

  /**
   * Tests element by element whether this tensor is less than or equal to another. PyTorch: `torch.le`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns an int32 tensor of the broadcast shape: 1 where the test holds, 0 elsewhere
   * @throws ShapeError if the shapes do not broadcast
   * @example tensor([1, 2, 3]).le(2).tolist(); // [1, 1, 0]
   */
  le(other: T | number): T {
    return this.wrap(ops.le(this.node, asNode(other, this.node)));
  }

  /**
   * Tests element by element whether this tensor is greater than another. PyTorch: `torch.gt`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns an int32 tensor of the broadcast shape: 1 where the test holds, 0 elsewhere
   * @throws ShapeError if the shapes do not broadcast
   * @example tensor([1, 2, 3]).gt(2).tolist(); // [0, 0, 1]
   */
  gt(other: T | number): T {
    return this.wrap(ops.gt(this.node, asNode(other, this.node)));
  }

  /**
   * Tests element by element whether this tensor is greater than or equal to another. PyTorch: `torch.ge`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns an int32 tensor of the broadcast shape: 1 where the test holds, 0 elsewhere
   * @throws ShapeError if the shapes do not broadcast
   * @example tensor([1, 2, 3]).ge(2).tolist(); // [0, 1, 1]
   */
  ge(other: T | number): T {
    return this.wrap(ops.ge(this.node, asNode(other, this.node)));
  }

  /**
   * Picks elements from one of two operands; this tensor is the condition. All three broadcast. PyTorch: `torch.where`.
   * @param yes the elements to take where the condition is not 0
   * @param no the elements to take where the condition is 0
   * @returns a tensor of the broadcast shape; int32 if both operands are, or are whole numbers, otherwise float32
   * @throws ShapeError if the shapes do not broadcast
   * @example
   * const x = tensor([-1, 2, -3]);
   * x.lt(0).where(0, x).tolist(); // [0, 2, 0]
   */
  where(yes: T | number, no: T | number): T {
    return this.wrap(ops.where(this.node, asNode(yes, besideOf(no)), asNode(no, besideOf(yes))));
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
   * Converts the elements to int32, rounding towards zero. NaN and numbers that int32 cannot hold become -2147483648, as in
   * PyTorch. No gradient flows through it. PyTorch: `Tensor.int`.
   * @returns an int32 tensor of the same shape
   * @example tensor([1.7, -1.7]).int().tolist(); // [1, -1]
   */
  int(): T {
    return this.wrap(ops.fitting(ops.cast(this.node, "int32"), "int"));
  }
}

/** What the other operand of `where` stands for beside a number. */
function besideOf(operand: { readonly node: Node } | number): Node | undefined {
  if (typeof operand !== "number") return operand.node;
  return Number.isInteger(operand) ? ops.constant(0, [], "int32") : undefined;
}
