/** Methods with two operands, which broadcast. */
import * as ops from "../../ops/index.js";
import { asNode, Handle } from "./handle.js";

/** @internal */
export abstract class Arithmetic<T extends Handle<T>> extends Handle<T> {
  /**
   * Adds element by element. PyTorch: `torch.add`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape; int32 if both are or the number is whole, otherwise float32
   * @throws ShapeError if the shapes do not broadcast; ArgumentError if an int32 result does not fit, when it is computed
   * @example
   * tensor([1, 2]).add(10).tolist(); // [11, 12]
   * tensor([[1], [2]]).add(tensor([10, 20])).tolist(); // [[11, 21], [12, 22]]
   */
  add(other: T | number): T {
    return this.wrap(ops.fitting(ops.add(this.node, asNode(other, this.node))));
  }

  /**
   * Subtracts element by element. PyTorch: `torch.sub`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape; int32 if both are or the number is whole, otherwise float32
   * @throws ShapeError if the shapes do not broadcast; ArgumentError if an int32 result does not fit, when it is computed
   * @example tensor([5, 7]).sub(tensor([1, 2])).tolist(); // [4, 5]
   */
  sub(other: T | number): T {
    return this.wrap(ops.fitting(ops.sub(this.node, asNode(other, this.node))));
  }

  /**
   * Multiplies element by element; `matmul` is the matrix product. PyTorch: `torch.mul`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape; int32 if both are or the number is whole, otherwise float32
   * @throws ShapeError if the shapes do not broadcast; ArgumentError if an int32 result does not fit, when it is computed
   * @example tensor([[1, 2], [3, 4]]).mul(tensor([10, 100])).tolist(); // [[10, 200], [30, 400]]
   */
  mul(other: T | number): T {
    return this.wrap(ops.fitting(ops.mul(this.node, asNode(other, this.node))));
  }

  /**
   * Divides element by element. Division by zero gives Infinity or NaN, as in JavaScript. PyTorch: `torch.div`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a float32 tensor of the broadcast shape
   * @throws ShapeError if the shapes do not broadcast
   * @example tensor([1, 2, 3]).div(4).tolist(); // [0.25, 0.5, 0.75]
   */
  div(other: T | number): T {
    return this.wrap(ops.div(this.node, asNode(other)));
  }

  /**
   * Raises each element to a power. A negative base gives NaN unless the exponent is an integer. PyTorch: `torch.pow`.
   * @param exponent a tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape; int32 if both are or the number is whole, otherwise float32
   * @throws ShapeError if the shapes do not broadcast; ArgumentError for an int32 base with a negative number as exponent,
   *   or if an int32 result does not fit, when it is computed
   * @example tensor([1, 2, 3]).pow(3).tolist(); // [1, 8, 27]
   */
  pow(exponent: T | number): T {
    return this.wrap(ops.fitting(ops.pow(this.node, asNode(exponent, this.node)), "pow"));
  }

  /**
   * Returns the larger of each pair of elements, or NaN if either is NaN. Equal elements share the gradient evenly. PyTorch:
   * `torch.maximum`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape; int32 if both are or the number is whole, otherwise float32
   * @throws ShapeError if the shapes do not broadcast
   * @example tensor([1, 5]).maximum(tensor([4, 2])).tolist(); // [4, 5]
   */
  maximum(other: T | number): T {
    return this.wrap(ops.maximum(this.node, asNode(other, this.node)));
  }

  /**
   * Returns the smaller of each pair of elements, or NaN if either is NaN. Equal elements share the gradient evenly. PyTorch:
   * `torch.minimum`.
   * @param other a tensor whose shape broadcasts with this one, or a number
   * @returns a tensor of the broadcast shape; int32 if both are or the number is whole, otherwise float32
   * @throws ShapeError if the shapes do not broadcast
   * @example tensor([1, 5]).minimum(tensor([4, 2])).tolist(); // [1, 2]
   */
  minimum(other: T | number): T {
    return this.wrap(ops.minimum(this.node, asNode(other, this.node)));
  }
}
