/**
 * Views: the same elements with another shape, order or selection. Each maps strides to strides. The float64 reference
 * applies the same map to a dense tensor, and PyTorch's fixtures check it.
 */
import { ShapeError } from "../errors/errors.js";
import type { Node, Spec } from "../graph/node.js";
import { broadcastStrides, denseStrides, formatShape, shapesEqual, sizeOf, type Shape } from "../graph/shape.js";
import { defineOp, opFunction, pythonList, type Op, type OpBuilder, type StridedView } from "../graph/op.js";
import { gather } from "./strided-values.js";
import { counted } from "../text/counted.js";

interface View<A> extends Pick<Op<A>, "name" | "elsewhere" | "gradient" | "samples" | "torch"> {
  /** Returns the result's shape, or throws a ShapeError. */
  readonly shape: (input: Shape, attrs: A) => Shape;
  /** Undefined if strides cannot express the view; never for a dense input. */
  readonly view: (input: StridedView, attrs: A, out: Spec) => StridedView | undefined;
}

export function defineView<A>(rule: NoInfer<View<A>>): OpBuilder<A> {
  return defineOp<A>({
    ...rule,
    infer: ([x], attrs) => ({ shape: rule.shape(x!.shape, attrs), dtype: x!.dtype }),
    reference: ([x], attrs, out) => {
      const dense = { shape: x!.shape, strides: denseStrides(x!.shape), offset: 0 };
      return gather(x!, rule.view(dense, attrs, out)!);
    },
    lowering: { kind: "view", view: rule.view },
  });
}

// reshape ---------------------------------------------------------------------------------------------------------

/** Merges axes that are contiguous in memory; innermost first, without axes of size 1. */
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

/**
 * The strides with which `input` has the shape `shape`. Each axis of `shape` must divide a group. PyTorch:
 * `computeStride`.
 */
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

export interface ReshapeAttrs {
  readonly shape: Shape;
}

const reshapeOp: OpBuilder<ReshapeAttrs> = defineView({
  name: "reshape",
  shape: (input, { shape }) => {
    if (sizeOf(input) === sizeOf(shape)) return shape;
    throw new ShapeError({
      op: "reshape",
      problem: `${formatShape(input)} cannot be reshaped to ${formatShape(shape)}`,
      expected: `a shape with ${counted(sizeOf(input), "element")}`,
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
export const reshape = opFunction(reshapeOp, (x: Node, shape: Shape): Node =>
  shapesEqual(x.shape, shape) ? x : reshapeOp([x], { shape }),
);

// permute ---------------------------------------------------------------------------------------------------------

export interface PermuteAttrs {
  readonly order: readonly number[];
}

const permuteOp: OpBuilder<PermuteAttrs> = defineView({
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
export const permute = opFunction(permuteOp, (x: Node, order: readonly number[]): Node => {
  const idle = order.length === x.shape.length && order.every((axis, i) => axis === i);
  return idle ? x : permuteOp([x], { order });
});

// expand ----------------------------------------------------------------------------------------------------------

export interface ExpandAttrs {
  readonly shape: Shape;
}

const expandOp: OpBuilder<ExpandAttrs> = defineView({
  name: "expand",
  shape: (input, { shape }) => {
    const lead = shape.length - input.length;
    const fits = input.every((size, axis) => size === 1 || size === shape[axis + lead]);
    if (lead >= 0 && fits && shape.every((size) => size >= 0)) return shape;
    throw new ShapeError({
      op: "expand",
      problem: `${formatShape(input)} cannot be expanded to ${formatShape(shape)}`,
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
export const expand = opFunction(expandOp, (x: Node, shape: Shape): Node =>
  shapesEqual(x.shape, shape) ? x : expandOp([x], { shape }),
);

// flip ------------------------------------------------------------------------------------------------------------

export interface FlipAttrs {
  readonly axes: readonly number[];
}

const flipOp: OpBuilder<FlipAttrs> = defineView({
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

/** Reverses the elements along `axes`. PyTorch: `torch.flip`. */
export const flip = opFunction(flipOp, (x: Node, axes: readonly number[]): Node =>
  axes.length === 0 ? x : flipOp([x], { axes }),
);
