/** Methods that sum up axes, or look at whole axes. */
import type { Node } from "../../graph/node.js";
import { reducedShape, resolveAxes, resolveAxis } from "../../graph/shape.js";
import * as ops from "../../ops/index.js";
import { Comparison } from "./comparison.js";
import type { Handle } from "./handle.js";

export type Axes = number | readonly number[];

export abstract class Reduction<T extends Handle<T>> extends Comparison<T> {
  sum(axes?: Axes, keepdim = false): T {
    return this.wrap(reduce(this.node, "sum", ops.sum, axes, keepdim));
  }
  mean(axes?: Axes, keepdim = false): T {
    return this.wrap(reduce(this.node, "mean", ops.mean, axes, keepdim));
  }
  /** The largest elements. PyTorch: `amax` (no indices). */
  amax(axes?: Axes, keepdim = false): T {
    return this.wrap(reduce(this.node, "amax", ops.amax, axes, keepdim));
  }
  amin(axes?: Axes, keepdim = false): T {
    return this.wrap(reduce(this.node, "amin", ops.amin, axes, keepdim));
  }
  /** The first position of the largest element along an axis, as int32. */
  argmax(axis: number, keepdim = false): T {
    return this.wrap(reduce(this.node, "argmax", (node, axes) => ops.argmax(node, axes[0]!), axis, keepdim));
  }
  /** The variance; `correction` 1 divides by n−1, as PyTorch's default. */
  var(axes?: Axes, correction = 1, keepdim = false): T {
    return this.wrap(reduce(this.node, "var", (node, list) => ops.variance(node, list, correction), axes, keepdim));
  }
  softmax(axis: number): T {
    return this.wrap(ops.softmax(this.node, resolveAxis("softmax", axis, this.ndim)));
  }
  logSoftmax(axis: number): T {
    return this.wrap(ops.logSoftmax(this.node, resolveAxis("logSoftmax", axis, this.ndim)));
  }
}

/** `op` keeps the axes that it reduces, with size 1; here they disappear unless `keepdim` is set. */
function reduce(
  node: Node,
  name: string,
  op: (node: Node, axes: number[]) => Node,
  axes: Axes | undefined,
  keepdim: boolean,
): Node {
  const list = resolveAxes(name, axes, node.shape.length);
  const kept = op(node, list);
  return keepdim ? kept : ops.reshape(kept, reducedShape(node.shape, list, false));
}
