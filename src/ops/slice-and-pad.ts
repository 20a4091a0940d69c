/** Slicing and padding: each is the gradient of the other. */
import { ArgumentError, ShapeError } from "../errors/errors.js";
import type { Node } from "../graph/node.js";
import { defineOp, opFunction, type OpBuilder } from "../graph/op.js";
import { denseStrides, formatShape, sizeOf, type Shape } from "../graph/shape.js";
import { scatter } from "./strided-values.js";
import { defineView } from "./view.js";
import { counted } from "../text/counted.js";

// slice -----------------------------------------------------------------------------------------------------------

/** One entry per axis: from `begin` to `end` (exclusive), in steps of at least 1. */
export interface SliceAttrs {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly step: readonly number[];
}

function slicedShape(input: Shape, { begin, end, step }: SliceAttrs): Shape {
  return input.map((size, axis) => {
    const [from, to, by] = [begin[axis]!, end[axis]!, step[axis]!];
    if ([from, to, by].every(Number.isInteger) && 0 <= from && from <= to && to <= size && by >= 1) {
      return Math.ceil((to - from) / by);
    }
    throw new ShapeError({
      op: "slice",
      problem: `${from}:${to}:${by} is no part of axis ${axis} of size ${size}`,
      expected: "a start that is not behind the end, within the axis, and a step of at least 1",
    });
  });
}

const sliceOp: OpBuilder<SliceAttrs> = defineView({
  name: "slice",
  shape: slicedShape,
  view: ({ strides, offset }, { begin, step }, out) => ({
    shape: out.shape,
    strides: strides.map((stride, axis) => stride * step[axis]!),
    offset: strides.reduce((at, stride, axis) => at + stride * begin[axis]!, offset),
  }),
  gradient: ({ inputs: [x], attrs: { begin, step }, shape }, grad) => {
    const covered = shape.map((size, axis) => spread(size, step[axis]!));
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

/** How many places so many elements cover that are `step` apart. */
function spread(size: number, step: number): number {
  return size === 0 ? 0 : (size - 1) * step + 1;
}

/**
 * The positions of one axis from `start` to `end` (exclusive; undefined means the end of the axis), `step` apart.
 * Negative numbers count from the end, and anything outside the axis is cut off, as in Python. PyTorch:
 * `x[start:end:step]`.
 * @throws ArgumentError for a step below 1
 */
export function sliceAxis(x: Node, axis: number, start: number, end?: number, step = 1): Node {
  if (!Number.isInteger(step) || step < 1) {
    throw new ArgumentError({
      op: "slice",
      problem: `the step ${step} is out of range`,
      expected: "an integer of at least 1",
      hint: "use flip() to reverse an axis",
    });
  }
  const size = x.shape[axis]!;
  const place = (index: number): number => Math.min(Math.max(index < 0 ? index + size : index, 0), size);
  const from = place(start);
  const to = Math.max(from, place(end ?? size));
  if (from === 0 && to === size && step === 1) return x;
  return slice(x, {
    begin: x.shape.map((_, i) => (i === axis ? from : 0)),
    end: x.shape.map((extent, i) => (i === axis ? to : extent)),
    step: x.shape.map((_, i) => (i === axis ? step : 1)),
  });
}

/** Slices all axes at once. */
export const slice = opFunction(sliceOp, (x: Node, attrs: SliceAttrs): Node => sliceOp([x], attrs));

// pad ----------------------------------------------------------------------------------------------------------------

/** One entry per axis, at least 0: the number of elements to put before, after, and between any two neighbours. */
export interface PadAttrs {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly interior: readonly number[];
  readonly value: number;
}

function paddedShape(input: Shape, { before, after, interior }: PadAttrs): number[] {
  for (const [name, list] of Object.entries({ before, after, interior })) {
    if (list.length === input.length && list.every((count) => Number.isInteger(count) && count >= 0)) continue;
    throw new ArgumentError({
      op: "pad",
      problem: `${name} [${list.join(",")}] cannot pad ${formatShape(input)}`,
      expected: `${counted(input.length, "integer")} of at least 0, one per axis`,
    });
  }
  return input.map((size, axis) => before[axis]! + spread(size, interior[axis]! + 1) + after[axis]!);
}

const padOp: OpBuilder<PadAttrs> = defineOp({
  name: "pad",
  infer: ([x], attrs) => ({ shape: paddedShape(x!.shape, attrs), dtype: x!.dtype }),
  reference: ([x], { before, interior, value }, out) => {
    const result = new Float64Array(sizeOf(out.shape)).fill(value);
    const strides = denseStrides(out.shape);
    const offset = strides.reduce((at, stride, axis) => at + stride * before[axis]!, 0);
    scatter(
      x!,
      result,
      strides.map((stride, axis) => stride * (interior[axis]! + 1)),
      offset,
    );
    return result;
  },
  gradient: ({ inputs: [x], attrs: { before, interior } }, grad) => {
    const step = interior.map((between) => between + 1);
    const end = x!.shape.map((size, axis) => before[axis]! + spread(size, step[axis]!));
    return [slice(grad, { begin: before, end, step })];
  },
  lowering: { kind: "kernel" },
  samples: [
    { inputs: [[7]], attrs: { before: [2], after: [1], interior: [0], value: 0 } },
    { inputs: [[3, 5]], attrs: { before: [0, 1], after: [2, 0], interior: [1, 2], value: 0 } },
    {
      inputs: [[1, 3, 2, 3]],
      attrs: { before: [0, 0, 1, 2], after: [0, 0, 1, 1], interior: [0, 0, 0, 0], value: -1.5 },
    },
    { inputs: [[2, 1]], attrs: { before: [0, 0], after: [0, 3], interior: [4, 1], value: 0 } },
    {
      inputs: [{ shape: [3], range: [-9, 9], dtype: "int32" }],
      attrs: { before: [1], after: [1], interior: [1], value: 7 },
    },
  ],
  // This is a strided assignment, because torch.nn.functional.pad has no interior.
  torch: ({ before, after, interior, value }) => {
    const places = before.map((from, axis) => {
      const to = after[axis]! === 0 ? "" : -after[axis]!;
      return `${from}:${to}:${interior[axis]! + 1}`;
    });
    const extents = before.map((from, axis) => {
      const size = `x[0].shape[${axis}]`;
      return `${from} + (${size} - 1) * ${interior[axis]! + 1} + 1 + ${after[axis]!}`;
    });
    return `assign(torch.full([${extents.join(", ")}], ${value}, dtype=x[0].dtype), "${places.join(",")}", x[0])`;
  },
});

/**
 * Puts `value` around the elements and, with `interior`, between them, like XLA's Pad. PyTorch: `F.pad` with mode
 * "constant".
 */
export const pad = opFunction(padOp, (x: Node, attrs: PadAttrs): Node => {
  const { before, after, interior } = attrs;
  const idle = [before, after, interior].every((list) => list.length === x.shape.length && list.every((n) => n === 0));
  return idle ? x : padOp([x], attrs);
});
