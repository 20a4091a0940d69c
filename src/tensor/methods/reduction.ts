/** Methods that reduce axes, or normalise along them. */
import { ShapeError } from "../../errors/errors.js";
import type { Node } from "../../graph/node.js";
import { formatShape, reducedShape, resolveAxes, resolveAxis } from "../../graph/shape.js";
import * as ops from "../../ops/index.js";
import { Comparison } from "./comparison.js";
import type { Handle } from "./handle.js";

/** One axis or several, counted from 0, or from -1 at the end. */
export type Axes = number | readonly number[];

/** @internal */
export abstract class Reduction<T extends Handle<T>> extends Comparison<T> {
  /**
   * Sums over axes. PyTorch: `torch.sum`.
   * @param axes the axes to sum over; all of them unless given, or if the list is empty
   * @param keepdim whether to keep these axes, with size 1
   * @returns a tensor of the same type without these axes
   * @throws ShapeError for an axis that does not exist or is named twice; ArgumentError if an int32 sum does not fit, when
   *   it is computed
   * @example
   * const x = tensor([[1, 2, 3], [4, 5, 6]]);
   * x.sum().item(); // 21
   * x.sum(0).tolist(); // [5, 7, 9]
   * x.sum(1, true).tolist(); // [[6], [15]]
   */
  sum(axes?: Axes, keepdim = false): T {
    return this.wrap(reduce(this.node, "sum", (of, list) => ops.fitting(ops.sum(of, list)), axes, keepdim));
  }

  /**
   * Averages over axes. Of int32, which PyTorch refuses, it gives the float32 mean. PyTorch: `torch.mean`.
   * @param axes the axes to average over; all of them unless given, or if the list is empty
   * @param keepdim whether to keep these axes, with size 1
   * @returns a float32 tensor without these axes
   * @throws ShapeError for an axis that does not exist or is named twice
   * @example
   * tensor([[1, 2], [3, 4]]).mean().item(); // 2.5
   * zeros([8, 32, 7, 7]).mean([2, 3]).shape; // [8, 32]
   */
  mean(axes?: Axes, keepdim = false): T {
    return this.wrap(reduce(this.node, "mean", ops.mean, axes, keepdim));
  }

  /**
   * Finds the largest elements over axes. Equal ones share the gradient evenly. PyTorch: `torch.amax`.
   * @param axes the axes to search; all of them unless given, or if the list is empty
   * @param keepdim whether to keep these axes, with size 1
   * @returns a tensor of the same type without these axes
   * @throws ShapeError for an axis that does not exist, is named twice, or has no elements
   * @example tensor([[1, 5], [7, 3]]).amax(1).tolist(); // [5, 7]
   */
  amax(axes?: Axes, keepdim = false): T {
    return this.wrap(reduce(this.node, "amax", ops.amax, axes, keepdim));
  }

  /**
   * Finds the smallest elements over axes. Equal ones share the gradient evenly. PyTorch: `torch.amin`.
   * @param axes the axes to search; all of them unless given, or if the list is empty
   * @param keepdim whether to keep these axes, with size 1
   * @returns a tensor of the same type without these axes
   * @throws ShapeError for an axis that does not exist, is named twice, or has no elements
   * @example tensor([[1, 5], [7, 3]]).amin(1).tolist(); // [1, 3]
   */
  amin(axes?: Axes, keepdim = false): T {
    return this.wrap(reduce(this.node, "amin", ops.amin, axes, keepdim));
  }

  /**
   * Finds the position of the largest element along an axis; of several, the first. PyTorch: `torch.argmax`.
   * @param axis the axis to search; without it, all elements in row-major order
   * @param keepdim whether to keep this axis, with size 1
   * @returns positions counted from 0, as an int32 tensor without this axis
   * @throws ShapeError for an axis that does not exist or has no elements
   * @example
   * tensor([[0.1, 0.9], [0.8, 0.2]]).argmax(1).tolist(); // [1, 0]
   * tensor([[0.1, 0.9], [0.8, 0.2]]).argmax().item(); // 1
   */
  argmax(axis?: number, keepdim = false): T {
    const search = (node: Node, at: number): Node =>
      reduce(node, "argmax", (of, axes) => ops.argmax(of, axes[0]!), at, keepdim);
    if (axis !== undefined) resolveAxis("argmax", axis, this.ndim);
    if (axis !== undefined && this.ndim > 0) return this.wrap(search(this.node, axis));
    const position = search(ops.reshape(this.node, [this.numel()]), 0);
    return this.wrap(ops.reshape(position, keepdim ? this.shape.map(() => 1) : []));
  }

  /**
   * Computes the variance over axes. PyTorch: `torch.var`.
   * @param axes the axes to reduce; all of them unless given, or if the list is empty
   * @param correction what is subtracted from the number of elements before dividing by it: 1 for the unbiased
   *   estimate, 0 for the variance of the elements themselves
   * @param keepdim whether to keep these axes, with size 1
   * @returns a float32 tensor without these axes
   * @throws ShapeError for an axis that does not exist or is named twice
   * @example
   * tensor([1, 2, 3, 4]).var().item(); // 1.6667
   * tensor([1, 2, 3, 4]).var(0, 0).item(); // 1.25
   */
  var(axes?: Axes, correction = 1, keepdim = false): T {
    return this.wrap(reduce(this.node, "var", (node, list) => ops.variance(node, list, correction), axes, keepdim));
  }

  /**
   * Computes exp(x) divided by its sum along an axis, which turns scores into probabilities. PyTorch: `torch.nn.functional.softmax`.
   * @param axis the axis along which the result adds up to 1
   * @returns a float32 tensor of the same shape
   * @throws ShapeError for an axis that does not exist, or if this tensor is not float32
   * @example tensor([[0, 1, 2]]).softmax(1).tolist(); // [[0.09, 0.245, 0.665]]
   */
  softmax(axis: number): T {
    return this.wrap(ops.softmax(this.node, resolveAxis("softmax", axis, this.ndim)));
  }

  /**
   * Computes the logarithm of `softmax`, more accurately than `softmax(axis).log()` and without overflow. PyTorch:
   * `torch.nn.functional.log_softmax`.
   * @param axis the axis along which exp of the result adds up to 1
   * @returns a float32 tensor of the same shape
   * @throws ShapeError for an axis that does not exist, or if this tensor is not float32
   * @example tensor([[0, 1000]]).logSoftmax(1).tolist(); // [[-1000, 0]]
   */
  logSoftmax(axis: number): T {
    return this.wrap(ops.logSoftmax(this.node, resolveAxis("logSoftmax", axis, this.ndim)));
  }
}

/** What an element is looked for by, which there must be. The sum of no elements is 0, and their mean is NaN. */
const findsElement: ReadonlySet<string> = new Set(["amax", "amin", "argmax"]);

function requireElements(op: string, { shape }: Node, axes: readonly number[]): void {
  const empty = axes.find((axis) => shape[axis] === 0);
  if (empty === undefined) return;
  throw new ShapeError({
    op,
    problem: `a tensor of shape ${formatShape(shape)} has no elements along axis ${empty}`,
    expected: "at least one element",
  });
}

/** Applies `op`, which keeps the reduced axes with size 1, and then removes them unless `keepdim` is set. */
function reduce(
  node: Node,
  name: string,
  op: (node: Node, axes: number[]) => Node,
  axes: Axes | undefined,
  keepdim: boolean,
): Node {
  // As in PyTorch, an empty list means all axes, too.
  const some = Array.isArray(axes) && axes.length === 0 ? undefined : axes;
  const list = resolveAxes(name, some, node.shape.length);
  if (findsElement.has(name)) requireElements(name, node, list);
  const kept = op(node, list);
  return keepdim ? kept : ops.reshape(kept, reducedShape(node.shape, list, false));
}
