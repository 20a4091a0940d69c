/** Methods that arrange the same elements in another shape or order or take a part of them, and the matrix product. */
import { ShapeError } from "../../errors/errors.js";
import { formatShape, resolveAxes, resolveAxis, sizeOf, type Shape } from "../../graph/shape.js";
import * as ops from "../../ops/index.js";
import type { Handle } from "./handle.js";
import { Reduction } from "./reduction.js";

export abstract class Shaping<T extends Handle<T>> extends Reduction<T> {
  /** The same elements, row-major, in another shape; one size may be -1. PyTorch: `reshape`, `view`. */
  reshape(...sizes: readonly number[] | readonly [Shape]): T {
    return this.wrap(ops.reshape(this.node, completeShape("reshape", flat(sizes), this.shape)));
  }
  view(...sizes: readonly number[] | readonly [Shape]): T {
    return this.wrap(ops.reshape(this.node, completeShape("view", flat(sizes), this.shape)));
  }
  flatten(start = 0, end = -1): T {
    const first = resolveAxis("flatten", start, this.ndim);
    const last = resolveAxis("flatten", end, this.ndim);
    const middle = sizeOf(this.shape.slice(first, last + 1));
    return this.reshape([...this.shape.slice(0, first), middle, ...this.shape.slice(last + 1)]);
  }
  permute(...order: readonly number[] | readonly [readonly number[]]): T {
    return this.wrap(
      ops.permute(
        this.node,
        flat(order).map((axis) => resolveAxis("permute", axis, this.ndim)),
      ),
    );
  }
  transpose(a: number, b: number): T {
    const order = this.shape.map((_, axis) => axis);
    const [x, y] = [resolveAxis("transpose", a, this.ndim), resolveAxis("transpose", b, this.ndim)];
    [order[x], order[y]] = [order[y]!, order[x]!];
    return this.wrap(ops.permute(this.node, order));
  }
  t(): T {
    return this.ndim < 2 ? this.wrap(this.node) : this.transpose(0, 1);
  }
  expand(...sizes: readonly number[] | readonly [Shape]): T {
    const list = flat(sizes);
    const lead = list.length - this.ndim;
    return this.wrap(
      ops.expand(
        this.node,
        list.map((size, axis) => (size === -1 ? this.shape[axis - lead]! : size)),
      ),
    );
  }
  squeeze(axis?: number): T {
    const at = axis === undefined ? undefined : resolveAxis("squeeze", axis, this.ndim);
    return this.reshape(this.shape.filter((size, i) => size !== 1 || (at !== undefined && i !== at)));
  }
  unsqueeze(axis: number): T {
    const at = resolveAxis("unsqueeze", axis, this.ndim + 1);
    return this.reshape([...this.shape.slice(0, at), 1, ...this.shape.slice(at)]);
  }
  /** The part from `start` up to `end` (not included) of an axis. PyTorch: `x[start:end:step]` on that axis. */
  slice(axis: number, start: number, end?: number, step = 1): T {
    return this.wrap(ops.sliceAxis(this.node, resolveAxis("slice", axis, this.ndim), start, end, step));
  }
  /** One place of an axis, which disappears. PyTorch: `x.select(axis, index)`. */
  select(axis: number, index: number): T {
    const at = resolveAxis("select", axis, this.ndim);
    const i = resolveAxis("select", index, this.shape[at]!);
    const rest = this.shape.filter((_, axis) => axis !== at);
    return this.wrap(ops.reshape(ops.sliceAxis(this.node, at, i, i + 1, 1), rest));
  }
  flip(...axes: readonly number[]): T {
    return this.wrap(ops.flip(this.node, resolveAxes("flip", axes, this.ndim)));
  }
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
    !shape.every(Number.isInteger)
  ) {
    throw new ShapeError({
      op,
      problem: `${formatShape(from)} has ${sizeOf(from)} elements, which do not fill ${formatShape(sizes)}`,
    });
  }
  return shape;
}
