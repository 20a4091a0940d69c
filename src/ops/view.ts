/**
 * Views: the same elements under another shape, order or selection. Each is a rule from strides to strides; the
 * float64 reference follows the same rule over a dense tensor, and PyTorch's fixtures check the rule.
 */
import { ArgumentError, ShapeError } from "../errors/errors.js";
import type { Node, Spec } from "../graph/node.js";
import {
  broadcastStrides,
  denseStrides,
  forEachIndex,
  formatShape,
  shapesEqual,
  sizeOf,
  type Shape,
} from "../graph/shape.js";
import { pad } from "./assemble.js";
import { defineOp, pythonList, type Op, type StridedView, type Value } from "../graph/op.js";

interface View<A> extends Pick<Op<A>, "name" | "gradient" | "samples" | "torch"> {
  /** The result's shape, or a ShapeError. */
  readonly shape: (input: Shape, attrs: A) => Shape;
  /** Undefined where strides cannot say it; never for a dense input. */
  readonly view: (input: StridedView, attrs: A, out: Spec) => StridedView | undefined;
}

function defineView<A>(rule: View<A>): (inputs: readonly Node[], attrs: A) => Node {
  const { shape, view, ...record } = rule;
  return defineOp<A>({
    ...record,
    infer: ([x], attrs) => ({ shape: shape(x!.shape, attrs), dtype: x!.dtype }),
    reference: ([x], attrs, out) => {
      const dense = { shape: x!.shape, strides: denseStrides(x!.shape), offset: 0 };
      return gather(x!, view(dense, attrs, out)!);
    },
    lowering: { kind: "view", view },
  });
}

/** The elements that a view names, row-major. */
function gather(source: Value, view: StridedView): Float64Array {
  const result = new Float64Array(sizeOf(view.shape));
  forEachIndex(view.shape, (index, position) => {
    result[position] = source.data[index.reduce((at, k, axis) => at + k * view.strides[axis]!, view.offset)]!;
  });
  return result;
}

// reshape ---------------------------------------------------------------------------------------------------------

/** Axes that follow each other evenly in memory, as one; innermost first, without axes of size 1. */
function evenGroups({ shape, strides }: StridedView): { size: number; stride: number }[] {
  const groups: { size: number; stride: number }[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const [size, stride] = [shape[axis]!, strides[axis]!];
    const last = groups[groups.length - 1];
    if (size === 1) continue;
    if (last && stride === last.stride * last.size) last.size *= size;
    else groups.push({ size, stride });
  }
  return groups;
}

/** Strides under which `input` reads as `shape`: each axis of `shape` must divide a group. PyTorch: `computeStride`. */
function reshapeStrides(input: StridedView, shape: Shape): number[] | undefined {
  const groups = evenGroups(input);
  const strides = new Array<number>(shape.length);
  let group = groups.shift() ?? { size: 1, stride: 1 };
  let used = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    if (size !== 1 && used === group.size) {
      group = groups.shift()!;
      used = 1;
    }
    if ((group.size / used) % size !== 0) return undefined;
    strides[axis] = group.stride * used;
    used *= size;
  }
  return strides;
}

const reshapeOp = defineView<{ readonly shape: Shape }>({
  name: "reshape",
  shape: (input, { shape }) => {
    if (sizeOf(input) === sizeOf(shape)) return shape;
    throw new ShapeError({
      op: "reshape",
      problem: `${formatShape(input)} does not become ${formatShape(shape)}`,
      expected: `${sizeOf(input)} elements`,
      got: String(sizeOf(shape)),
    });
  },
  view: (input, { shape }) => {
    const strides = reshapeStrides(input, shape);
    return strides && { shape, strides, offset: input.offset };
  },
  gradient: ({ inputs: [x] }, grad) => [reshape(grad, x!.shape)],
  samples: [
    { inputs: [[3, 5]], attrs: { shape: [5, 3] } },
    { inputs: [[2, 3, 5]], attrs: { shape: [6, 1, 5] } },
    { inputs: [[]], attrs: { shape: [1, 1] } },
    { inputs: [[1, 1, 1]], attrs: { shape: [] } },
    { inputs: [{ shape: [4, 3], range: [-9, 9], dtype: "int32" }], attrs: { shape: [2, 6] } },
  ],
  torch: ({ shape }) => `x[0].reshape(${pythonList(shape)})`,
});

/** The same elements, row-major, in another shape. PyTorch: `torch.reshape`. */
export function reshape(x: Node, shape: Shape): Node {
  return shapesEqual(x.shape, shape) ? x : reshapeOp([x], { shape });
}

// permute ---------------------------------------------------------------------------------------------------------

const permuteOp = defineView<{ readonly order: readonly number[] }>({
  name: "permute",
  shape: (input, { order }) => {
    const sorted = [...order].sort((a, b) => a - b);
    if (order.length === input.length && sorted.every((axis, i) => axis === i))
      return order.map((axis) => input[axis]!);
    throw new ShapeError({
      op: "permute",
      problem: `[${order.join(",")}] does not name each axis of ${formatShape(input)} once`,
    });
  },
  view: ({ shape, strides, offset }, { order }) => ({
    shape: order.map((axis) => shape[axis]!),
    strides: order.map((axis) => strides[axis]!),
    offset,
  }),
  gradient: ({ attrs: { order } }, grad) => [
    permute(
      grad,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  ],
  samples: [
    { inputs: [[3, 5]], attrs: { order: [1, 0] } },
    { inputs: [[2, 3, 5]], attrs: { order: [2, 0, 1] } },
    { inputs: [[1, 3, 2, 5]], attrs: { order: [0, 2, 3, 1] } },
    { inputs: [{ shape: [2, 3], range: [-9, 9], dtype: "int32" }], attrs: { order: [1, 0] } },
  ],
  torch: ({ order }) => `x[0].permute(${pythonList(order)})`,
});

/** Axis i of the result is axis `order[i]` of x. PyTorch: `torch.permute`. */
export function permute(x: Node, order: readonly number[]): Node {
  const idle = order.length === x.shape.length && order.every((axis, i) => axis === i);
  return idle ? x : permuteOp([x], { order });
}

// expand ----------------------------------------------------------------------------------------------------------

const expandOp = defineView<{ readonly shape: Shape }>({
  name: "expand",
  shape: (input, { shape }) => {
    const lead = shape.length - input.length;
    if (lead >= 0 && input.every((size, axis) => size === 1 || size === shape[axis + lead])) return shape;
    throw new ShapeError({
      op: "expand",
      problem: `${formatShape(input)} does not repeat to ${formatShape(shape)}`,
      expected: "axes of size 1 where the sizes differ, counted from the last axis",
    });
  },
  view: ({ shape, strides, offset }, attrs) => ({
    shape: attrs.shape,
    strides: broadcastStrides(shape, strides, attrs.shape),
    offset,
  }),
  gradient: (_, grad) => [grad],
  samples: [
    { inputs: [[3, 1]], attrs: { shape: [3, 5] } },
    { inputs: [[1, 3, 1, 1]], attrs: { shape: [2, 3, 2, 3] } },
    { inputs: [[]], attrs: { shape: [7] } },
    { inputs: [[5]], attrs: { shape: [2, 3, 5] } },
    { inputs: [{ shape: [1], values: [3], dtype: "int32" }], attrs: { shape: [2, 3] } },
  ],
  torch: ({ shape }) => `x[0].expand(${pythonList(shape)})`,
});

/** Axes of size 1 repeated to `shape`; new axes come first. PyTorch: `Tensor.expand`. */
export function expand(x: Node, shape: Shape): Node {
  return shapesEqual(x.shape, shape) ? x : expandOp([x], { shape });
}

// slice -----------------------------------------------------------------------------------------------------------

/** One entry an axis: from `begin` up to `end` (not included) in steps of at least 1. */
export interface SliceAttrs {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly step: readonly number[];
}

function slicedShape(input: Shape, { begin, end, step }: SliceAttrs): Shape {
  return input.map((size, axis) => {
    const [from, to, by] = [begin[axis]!, end[axis]!, step[axis]!];
    if ([from, to, by].every(Number.isInteger) && 0 <= from && from < to && to <= size && by >= 1) {
      return Math.ceil((to - from) / by);
    }
    throw new ShapeError({
      op: "slice",
      problem: `${from}:${to}:${by} selects nothing of axis ${axis}, which has ${size} places`,
      expected: "a start before the end, within the axis, and a step of at least 1",
    });
  });
}

const sliceOp = defineView<SliceAttrs>({
  name: "slice",
  shape: slicedShape,
  view: ({ strides, offset }, { begin, step }, out) => ({
    shape: out.shape,
    strides: strides.map((stride, axis) => stride * step[axis]!),
    offset: strides.reduce((at, stride, axis) => at + stride * begin[axis]!, offset),
  }),
  gradient: ({ inputs: [x], attrs: { begin, step }, shape }, grad) => {
    const covered = shape.map((size, axis) => (size - 1) * step[axis]! + 1);
    const after = x!.shape.map((size, axis) => size - begin[axis]! - covered[axis]!);
    return [pad(grad, { before: begin, after, interior: step.map((by) => by - 1), value: 0 })];
  },
  samples: [
    { inputs: [[7]], attrs: { begin: [1], end: [7], step: [3] } },
    { inputs: [[3, 5]], attrs: { begin: [0, 2], end: [3, 4], step: [2, 1] } },
    { inputs: [[2, 3, 5]], attrs: { begin: [1, 0, 0], end: [2, 3, 5], step: [1, 1, 4] } },
    {
      inputs: [{ shape: [4, 3], range: [-9, 9], dtype: "int32" }],
      attrs: { begin: [1, 1], end: [3, 2], step: [1, 1] },
    },
  ],
  torch: ({ begin, end, step }) => `x[0][${begin.map((from, axis) => `${from}:${end[axis]}:${step[axis]}`).join(",")}]`,
});

/**
 * The places from `start` up to `end` (not included; undefined: the last) of one axis, `step` apart. Negative numbers
 * count from the end and what lies outside of the axis is cut, as in Python. PyTorch: `x[start:end:step]`.
 * @throws ArgumentError for a step below 1, ShapeError where nothing is left
 */
export function sliceAxis(x: Node, axis: number, start: number, end?: number, step = 1): Node {
  if (!Number.isInteger(step) || step < 1) {
    throw new ArgumentError({
      op: "slice",
      problem: `a step of ${step} is not possible`,
      expected: "an integer of at least 1",
      hint: "use flip() to reverse an axis",
    });
  }
  const size = x.shape[axis]!;
  const place = (index: number): number => Math.min(Math.max(index < 0 ? index + size : index, 0), size);
  const [from, to] = [place(start), place(end ?? size)];
  if (from === 0 && to === size && step === 1) return x;
  return slice(x, {
    begin: x.shape.map((_, i) => (i === axis ? from : 0)),
    end: x.shape.map((extent, i) => (i === axis ? to : extent)),
    step: x.shape.map((_, i) => (i === axis ? step : 1)),
  });
}

/** A part of every axis at once. */
export function slice(x: Node, attrs: SliceAttrs): Node {
  return sliceOp([x], attrs);
}

// flip ------------------------------------------------------------------------------------------------------------

const flipOp = defineView<{ readonly axes: readonly number[] }>({
  name: "flip",
  shape: (input) => input,
  view: ({ shape, strides, offset }, { axes }) => ({
    shape,
    strides: strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
    offset: axes.reduce((at, axis) => at + (shape[axis]! - 1) * strides[axis]!, offset),
  }),
  gradient: ({ attrs: { axes } }, grad) => [flip(grad, axes)],
  samples: [
    { inputs: [[7]], attrs: { axes: [0] } },
    { inputs: [[3, 5]], attrs: { axes: [0, 1] } },
    { inputs: [[2, 3, 1, 5]], attrs: { axes: [1, 3] } },
  ],
  torch: ({ axes }) => `x[0].flip(${pythonList(axes)})`,
});

/** The order of the places along `axes` reversed. PyTorch: `torch.flip`. */
export function flip(x: Node, axes: readonly number[]): Node {
  return axes.length === 0 ? x : flipOp([x], { axes });
}
