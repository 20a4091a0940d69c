/**
 * The steps of random graphs: ops whose results are exact in float32 if the operands are small multiples of a power of
 * two.
 */
import type { Dtype, Node } from "../graph/node.js";
import { sizeOf } from "../graph/shape.js";
import * as ops from "../ops/index.js";

/** A step of a random graph: an op of nodes that are there, named by numbers that are taken modulo what is possible. */
export interface Step {
  readonly op: string;
  readonly x: number;
  readonly y: number;
  /** Whatever else the op needs. */
  readonly more: readonly number[];
}

export type Build = (x: Node, y: Node, more: readonly number[]) => Node | undefined;

/** An entry of a list by any whole number. */
export const pick = <T>(list: readonly T[], number: number): T => list[number % list.length]!;
const axesOf = ({ shape }: Node, bits: number): number[] =>
  shape.flatMap((_, axis) => ((bits >> axis) & 1 ? [axis] : []));

/** An order of the axes from a number. */
function orderOf(rank: number, number: number): number[] {
  const left = Array.from({ length: rank }, (_, axis) => axis);
  let rest = number;
  return Array.from({ length: rank }, () => {
    const [axis] = left.splice(rest % left.length, 1);
    rest = Math.floor(rest / 2);
    return axis!;
  });
}

/** Builders by op. Those of two nodes get two that broadcast. */
export const builders: Readonly<Record<string, Build>> = {
  add: (x, y) => ops.add(x, y),
  sub: (x, y) => ops.sub(x, y),
  mul: (x, y) => ops.mul(x, y),
  maximum: (x, y) => ops.maximum(x, y),
  minimum: (x, y) => ops.minimum(x, y),
  eq: (x, y) => ops.eq(x, y),
  ne: (x, y) => ops.ne(x, y),
  lt: (x, y) => ops.lt(x, y),
  le: (x, y) => ops.le(x, y),
  gt: (x, y) => ops.gt(x, y),
  ge: (x, y) => ops.ge(x, y),
  where: (x, y) => ops.where(ops.gt(x, ops.constant(0)), x, y),
  neg: (x) => ops.neg(x),
  abs: (x) => ops.abs(x),
  relu: (x) => ops.relu(x),
  sign: (x) => ops.sign(x),
  floor: (x) => ops.floor(x),
  ceil: (x) => ops.ceil(x),
  round: (x) => ops.round(x),
  detach: (x) => ops.detach(x),
  cast: (x, _, [to]) => ops.cast(x, pick<Dtype>(["float32", "int32"], to!)),
  scale: (x, _, [by]) => ops.mul(x, ops.constant(pick([-2, -1, 0, 0.5, 1, 3], by!))),
  shift: (x, _, [by]) => ops.add(x, ops.constant(pick([-1, 0, 0.25, 2], by!))),
  sum: (x, _, [bits]) => ops.sum(x, axesOf(x, bits!)),
  amax: (x, _, [bits]) => ops.amax(x, axesOf(x, bits!)),
  amin: (x, _, [bits]) => ops.amin(x, axesOf(x, bits!)),
  mean: (x, _, [bits]) => ops.mean(x, axesOf(x, bits!)),
  variance: (x, _, [bits, correction]) => ops.variance(x, axesOf(x, bits!), correction! % 2),
  argmax: (x, _, [at]) => (x.shape.length === 0 ? undefined : ops.argmax(x, at! % x.shape.length)),
  count: (x, _, [at]) => (x.shape.length === 0 ? undefined : ops.mul(x, ops.iota(x.shape, at! % x.shape.length))),
  oneHot: (x) => ops.oneHot(ops.cast(x, "int32"), 3),
  flatten: (x) => ops.reshape(x, [sizeOf(x.shape)]),
  split: (x) => {
    const axis = x.shape.findIndex((size) => size > 2 && size % 2 === 0);
    return axis < 0
      ? undefined
      : ops.reshape(
          x,
          x.shape.flatMap((size, i) => (i === axis ? [2, size / 2] : [size])),
        );
  },
  unsqueeze: (x, _, [at]) => {
    const shape = [...x.shape];
    shape.splice(at! % (shape.length + 1), 0, 1);
    return ops.reshape(x, shape);
  },
  permute: (x, _, [order]) => ops.permute(x, orderOf(x.shape.length, order!)),
  expand: (x, _, [by]) => {
    const repeated = x.shape.map((size) => (size === 1 ? 1 + (by! % 3) : size));
    return ops.expand(x, by! % 2 === 0 ? repeated : [2, ...repeated]);
  },
  slice: (x, _, [at, from, step]) => {
    if (x.shape.length === 0) return undefined;
    const axis = at! % x.shape.length;
    const start = from! % x.shape[axis]!;
    return ops.sliceAxis(x, axis, start, undefined, 1 + (step! % 3));
  },
  flip: (x, _, [bits]) => ops.flip(x, axesOf(x, bits!)),
  pad: (x, _, [a, b, c]) => {
    const by = (number: number): number[] => x.shape.map((_, axis) => (number >> axis) & 1);
    return ops.pad(x, { before: by(a!), after: by(b!), interior: by(c!), value: (a! % 3) - 1 });
  },
  cat: (x, y, [at]) => {
    if (x.shape.length === 0) return undefined;
    const axis = at! % x.shape.length;
    const fits = x.shape.length === y.shape.length && x.shape.every((size, i) => i === axis || size === y.shape[i]);
    return ops.cat([x, fits ? y : x, x], axis);
  },
  matmul: (x) => {
    if (x.shape.length < 2) return undefined;
    const [rows, columns] = x.shape.slice(-2) as [number, number];
    const batch = ops.reshape(x, [sizeOf(x.shape) / (rows * columns), rows, columns]);
    return ops.matmul(batch, ops.permute(batch, [0, 2, 1]));
  },
};
