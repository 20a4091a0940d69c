/** Methods that compute each element of the result from one element. */
import { ArgumentError } from "../../errors/errors.js";
import type { Node } from "../../graph/node.js";
import * as ops from "../../ops/index.js";
import { Arithmetic } from "./arithmetic.js";
import { asNode, type Handle } from "./handle.js";

/** @internal */
export abstract class Pointwise<T extends Handle<T>> extends Arithmetic<T> {
  /**
   * Negates each element. PyTorch: `torch.neg`.
   * @returns a tensor of the same shape and type
   * @example tensor([1, -2]).neg().tolist(); // [-1, 2]
   */
  neg(): T {
    return this.wrap(ops.fitting(ops.neg(this.node)));
  }

  /**
   * Computes the absolute value of each element. PyTorch: `torch.abs`.
   * @returns a tensor of the same shape and type
   * @example tensor([1, -2]).abs().tolist(); // [1, 2]
   */
  abs(): T {
    return this.wrap(ops.fitting(ops.abs(this.node)));
  }

  /**
   * Returns -1 for negative elements, 1 for positive ones, and 0 for 0 and NaN. No gradient flows through it. PyTorch:
   * `torch.sign`.
   * @returns a tensor of the same shape and type
   * @example tensor([-3, 0, 5]).sign().tolist(); // [-1, 0, 1]
   */
  sign(): T {
    return this.wrap(ops.sign(this.node));
  }

  /**
   * Raises e to the power of each element. PyTorch: `torch.exp`.
   * @returns a float32 tensor of the same shape
   * @example tensor([0, 1]).exp().tolist(); // [1, 2.71828]
   */
  exp(): T {
    return this.wrap(ops.exp(this.node));
  }

  /**
   * Computes the natural logarithm of each element: -Infinity for 0, NaN for negative elements. PyTorch: `torch.log`.
   * @returns a float32 tensor of the same shape
   * @example tensor([1, 10]).log().tolist(); // [0, 2.302585]
   */
  log(): T {
    return this.wrap(ops.log(this.node));
  }

  /**
   * Computes the square root of each element: NaN for negative elements. PyTorch: `torch.sqrt`.
   * @returns a float32 tensor of the same shape
   * @example tensor([4, 9]).sqrt().tolist(); // [2, 3]
   */
  sqrt(): T {
    return this.wrap(ops.sqrt(this.node));
  }

  /**
   * Computes one over the square root of each element. PyTorch: `torch.rsqrt`.
   * @returns a float32 tensor of the same shape
   * @example tensor([4, 16]).rsqrt().tolist(); // [0.5, 0.25]
   */
  rsqrt(): T {
    return this.wrap(ops.rsqrt(this.node));
  }

  /**
   * Computes one over each element. PyTorch: `torch.reciprocal`.
   * @returns a float32 tensor of the same shape
   * @example tensor([2, 4]).reciprocal().tolist(); // [0.5, 0.25]
   */
  reciprocal(): T {
    return this.wrap(ops.reciprocal(this.node));
  }

  /**
   * Squares each element. PyTorch: `torch.square`.
   * @returns a tensor of the same shape and type
   * @example tensor([3, -4]).square().tolist(); // [9, 16]
   */
  square(): T {
    return this.wrap(ops.fitting(ops.mul(this.node, this.node), "square"));
  }

  /**
   * Rounds each element down to an integer. No gradient flows through it. PyTorch: `torch.floor`.
   * @returns a float32 tensor of the same shape
   * @example tensor([1.7, -1.2]).floor().tolist(); // [1, -2]
   */
  floor(): T {
    return this.wrap(ops.floor(this.node));
  }

  /**
   * Rounds each element up to an integer. No gradient flows through it. PyTorch: `torch.ceil`.
   * @returns a float32 tensor of the same shape
   * @example tensor([1.2, -1.7]).ceil().tolist(); // [2, -1]
   */
  ceil(): T {
    return this.wrap(ops.ceil(this.node));
  }

  /**
   * Rounds each element to the nearest integer, and halves to the nearest even integer. No gradient flows through
   * it. PyTorch: `torch.round`.
   * @returns a float32 tensor of the same shape
   * @example tensor([0.5, 1.5, 2.4]).round().tolist(); // [0, 2, 2]
   */
  round(): T {
    return this.wrap(ops.round(this.node));
  }

  /**
   * Replaces negative elements with 0. PyTorch: `torch.nn.functional.relu`.
   * @returns a tensor of the same shape and type
   * @example tensor([-1, 2]).relu().tolist(); // [0, 2]
   */
  relu(): T {
    return this.wrap(ops.relu(this.node));
  }

  /**
   * Computes 1 / (1 + exp(-x)) of each element, between 0 and 1. PyTorch: `torch.sigmoid`.
   * @returns a float32 tensor of the same shape
   * @example tensor([0, 2]).sigmoid().tolist(); // [0.5, 0.8808]
   */
  sigmoid(): T {
    return this.wrap(ops.sigmoid(this.node));
  }

  /**
   * Computes the hyperbolic tangent of each element, between -1 and 1. PyTorch: `torch.tanh`.
   * @returns a float32 tensor of the same shape
   * @example tensor([0, 1]).tanh().tolist(); // [0, 0.76159]
   */
  tanh(): T {
    return this.wrap(ops.tanh(this.node));
  }

  /**
   * Limits each element to a range. PyTorch: `torch.clamp`.
   * @param min the smallest value, which smaller elements become; null for none
   * @param max the largest value, which larger elements become; null for none. If it is below `min`, all become `max`
   * @returns a tensor of the same shape; int32 if this one is and the bounds are whole, otherwise float32
   * @throws ArgumentError if there is neither a smallest nor a largest value
   * @example
   * tensor([-2, 0.5, 3]).clamp(0, 1).tolist(); // [0, 0.5, 1]
   * tensor([-2, 0.5, 3]).clamp(0).tolist(); // [0, 0.5, 3]
   */
  clamp(min: number | null, max: number | null = null): T {
    if (min === null && max === null) {
      throw new ArgumentError({
        op: "clamp",
        problem: "min and max are both missing",
        expected: "one of them, or both",
      });
    }
    const { node } = this;
    const [low, high] = [min, max].map((bound) => (bound === null ? null : asNode(bound, node))) as [Node?, Node?];
    const above = low ? ops.maximum(node, low) : node;
    const bounded = high ? ops.minimum(above, high) : above;
    // Only elements within the bounds have a gradient, and those that equal a bound have all of it. NaN has none.
    const reached = [...(low ? [ops.ge(node, low)] : []), ...(high ? [ops.le(node, high)] : [])];
    return this.wrap(ops.where(reached.reduce(ops.mul), node, ops.detach(bounded)));
  }
}
