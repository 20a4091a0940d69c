/** Sums and maxima over axes, and functions built from them. Axes are non-negative and are kept, with size 1. */
import { ShapeError } from "../errors/errors.js";
import { noGrad } from "../graph/grad-mode.js";
import type { Node } from "../graph/node.js";
import {
  denseStrides,
  broadcastStrides,
  forEachIndex,
  formatShape,
  reducedShape,
  sizeOf,
  type Shape,
} from "../graph/shape.js";
import { add, div, mul, neg, sub } from "./arithmetic.js";
import { cast, eq, ne, where } from "./comparison.js";
import { iota } from "./generated.js";
import { constant } from "./leaf.js";
import {
  defineOp,
  opFunction,
  pythonList,
  type Op,
  type OpBuilder,
  type OpRef,
  type Sample,
  type Value,
} from "../graph/op.js";
import { expand } from "./view.js";

export interface ReduceAttrs {
  readonly axes: readonly number[];
}

interface Reduction extends Pick<Op<ReduceAttrs>, "name" | "gradient"> {
  readonly combine: "sum" | "max";
  readonly start: number;
  readonly step: (sofar: number, x: number) => number;
}

const reduceSamples: readonly Sample<ReduceAttrs>[] = [
  { inputs: [[7]], attrs: { axes: [0] } },
  { inputs: [[3, 5]], attrs: { axes: [0] } },
  { inputs: [[3, 5]], attrs: { axes: [1] } },
  { inputs: [[3, 5]], attrs: { axes: [0, 1] } },
  { inputs: [[1, 5]], attrs: { axes: [0] } },
  { inputs: [[2, 3, 5]], attrs: { axes: [1] } },
  { inputs: [[2, 3, 5]], attrs: { axes: [0, 2] } },
  { inputs: [[2, 3, 3, 5]], attrs: { axes: [0, 2, 3] } },
  { inputs: [[1, 5, 2, 3]], attrs: { axes: [2, 3] } },
  { inputs: [[2, 3, 1, 7]], attrs: { axes: [1, 3] } },
  { inputs: [{ shape: [3, 5], range: [-9, 10], dtype: "int32" }], attrs: { axes: [1] } },
];

function defineReduction(rule: Reduction): OpRef<ReduceAttrs> & ((x: Node, axes: readonly number[]) => Node) {
  const build: OpBuilder<ReduceAttrs> = defineOp({
    name: rule.name,
    gradient: rule.gradient,
    infer: ([x], { axes }) => ({ shape: checkedShape(rule.name, x!.shape, axes), dtype: x!.dtype }),
    reference: ([x], _, out) => fold(x!, out.shape, rule),
    lowering: { kind: "reduce", combine: rule.combine, axes: (attrs) => attrs.axes },
    samples: reduceSamples,
    torch: ({ axes }) => `torch.${rule.name}(x[0], dim=${pythonList(axes)}, keepdim=True)`,
  });
  return opFunction(build, (x: Node, axes: readonly number[]): Node => (axes.length === 0 ? x : build([x], { axes })));
}

/** Combines the elements that a reduction to `shape` takes together, in float64. */
export function fold(x: Value, shape: Shape, { start, step }: Pick<Reduction, "start" | "step">): Float64Array {
  const result = new Float64Array(sizeOf(shape)).fill(start);
  const strides = broadcastStrides(shape, denseStrides(shape), x.shape);
  forEachIndex(x.shape, (index, position) => {
    const at = index.reduce((sum, k, axis) => sum + k * strides[axis]!, 0);
    result[at] = step(result[at]!, x.data[position]!);
  });
  return result;
}

function checkedShape(op: string, shape: Shape, axes: readonly number[]): number[] {
  if (axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < shape.length)) {
    return reducedShape(shape, axes, true);
  }
  throw new ShapeError({
    op,
    problem: `[${axes.join(",")}] names an axis that a tensor of shape ${formatShape(shape)} does not have`,
  });
}

/** The sum over `axes`. PyTorch: `torch.sum` with keepdim. */
export const sum = defineReduction({
  name: "sum",
  combine: "sum",
  start: 0,
  step: (sofar, x) => sofar + x,
  gradient: ({ inputs: [x] }, grad) => [expand(grad, x!.shape)],
});

/**
 * The largest element over `axes`; equal elements share the gradient evenly. If it is NaN, so is the gradient of all of
 * them, as in PyTorch. PyTorch: `torch.amax` with keepdim.
 */
export const amax = defineReduction({
  name: "amax",
  combine: "max",
  start: -Infinity,
  step: Math.max,
  gradient: (node, grad) => {
    const chosen = cast(eq(node.inputs[0]!, node), "float32");
    return [div(mul(grad, chosen), sum(chosen, node.attrs.axes))];
  },
});

/** The smallest element over `axes`. PyTorch: `torch.amin` with keepdim. */
export function amin(x: Node, axes: readonly number[]): Node {
  // −x does not fit into int32 if x is −2³¹; −1 − x does.
  const mirrored = (of: Node): Node => (x.dtype === "int32" ? sub(constant(-1, [], "int32"), of) : neg(of));
  return mirrored(amax(mirrored(x), axes));
}

function countOver(shape: Shape, axes: readonly number[]): number {
  return axes.reduce((count, axis) => count * shape[axis]!, 1);
}

/** The mean over `axes`, float32. PyTorch: `torch.mean` with keepdim. */
export function mean(x: Node, axes: readonly number[]): Node {
  return div(sum(cast(x, "float32"), axes), constant(countOver(x.shape, axes)));
}

/**
 * The variance, where the divisor is n − `correction` instead of n. PyTorch: `torch.var` with keepdim. The mean is
 * rounded, so the distances from it do not add up to exactly 0. What that adds to the sum of their squares is taken
 * away again: it counts if the mean is much larger than the distances. Chan, Golub and LeVeque 1983.
 */
export function variance(x: Node, axes: readonly number[], correction: number): Node {
  const count = countOver(x.shape, axes);
  const distance = sub(x, mean(x, axes));
  const squares = sum(mul(distance, distance), axes);
  // As a function of x, what is taken away is 0. It needs no gradient.
  const excess = noGrad(() => mul(square(sum(distance, axes)), constant(1 / count)));
  return div(sub(squares, excess), constant(Math.max(count - correction, 0)));
}

function square(x: Node): Node {
  return mul(x, x);
}

/**
 * The first position of the largest element along an axis, or of the first NaN if there is one; int32. PyTorch:
 * `torch.argmax` with keepdim.
 */
export function argmax(x: Node, axis: number): Node {
  const size = x.shape[axis]!;
  const places = iota(
    x.shape.map((_, i) => (i === axis ? size : 1)),
    axis,
  );
  // Positions count down from `size`, so the first of several largest elements has the largest count.
  const count = sub(constant(size, [], "int32"), places);
  // The largest is NaN if any element is, and then equals none of them.
  const isLargest = add(eq(x, amax(x, [axis])), ne(x, x));
  const counts = where(isLargest, count, constant(0, [], "int32"));
  return sub(constant(size, [], "int32"), amax(counts, [axis]));
}
