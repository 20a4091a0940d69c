/** Tensors put together from parts: padding, and joining along an axis. */
import { ArgumentError, ShapeError } from "../errors/errors.js";
import type { Node } from "../graph/node.js";
import { denseStrides, forEachIndex, formatShape, sizeOf, type Shape } from "../graph/shape.js";
import { cast } from "./comparison.js";
import { promote } from "./elementwise.js";
import { defineOp, type Value } from "../graph/op.js";
import { slice, sliceAxis } from "./view.js";

/** One entry an axis, none negative: elements to put before, after, and between each two neighbours. */
export interface PadAttrs {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly interior: readonly number[];
  readonly value: number;
}

/** Copies elements into `target`: the one at index (i, j, …) to offset + i·strides[0] + j·strides[1] + …. */
function scatter(source: Value, target: Float64Array, strides: readonly number[], offset: number): void {
  forEachIndex(source.shape, (index, position) => {
    target[index.reduce((at, k, axis) => at + k * strides[axis]!, offset)] = source.data[position]!;
  });
}

function paddedShape(input: Shape, { before, after, interior }: PadAttrs): number[] {
  for (const [name, list] of Object.entries({ before, after, interior })) {
    if (list.length === input.length && list.every((count) => Number.isInteger(count) && count >= 0)) continue;
    throw new ArgumentError({
      op: "pad",
      problem: `${name} [${list.join(",")}] does not pad ${formatShape(input)}`,
      expected: `${input.length} integers of at least 0`,
    });
  }
  return input.map((size, axis) => before[axis]! + (size - 1) * (interior[axis]! + 1) + 1 + after[axis]!);
}

const padOp = defineOp<PadAttrs>({
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
    const end = x!.shape.map((size, axis) => before[axis]! + (size - 1) * step[axis]! + 1);
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
  // A strided assignment: torch.nn.functional.pad knows no interior.
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

/** `value` around and, with `interior`, between the elements, as XLA's Pad. PyTorch: `F.pad` with mode "constant". */
export function pad(x: Node, attrs: PadAttrs): Node {
  const { before, after, interior } = attrs;
  const idle = [before, after, interior].every((list) => list.length === x.shape.length && list.every((n) => n === 0));
  return idle ? x : padOp([x], attrs);
}

function joinedShape(parts: readonly Shape[], axis: number): Shape {
  const [first] = parts as [Shape, ...Shape[]];
  const odd = parts.find(
    (part) => part.length !== first.length || !part.every((size, i) => i === axis || size === first[i]),
  );
  if (odd || axis >= first.length) {
    throw new ShapeError({
      op: "cat",
      problem: `${formatShape(odd ?? first)} cannot be joined to ${formatShape(first)} along axis ${axis}`,
      expected: "tensors whose sizes agree in all other axes",
    });
  }
  return first.map((size, i) => (i === axis ? parts.reduce((sum, part) => sum + part[i]!, 0) : size));
}

/** Where each part begins along the axis. */
function starts(parts: readonly { readonly shape: Shape }[], axis: number): number[] {
  let next = 0;
  return parts.map((part) => (next += part.shape[axis]!) - part.shape[axis]!);
}

const catOp = defineOp<{ readonly axis: number }>({
  name: "cat",
  infer: (inputs, { axis }) => ({
    shape: joinedShape(
      inputs.map((input) => input.shape),
      axis,
    ),
    dtype: promote(inputs),
  }),
  reference: (inputs, { axis }, out) => {
    const result = new Float64Array(sizeOf(out.shape));
    const strides = denseStrides(out.shape);
    const begin = starts(inputs, axis);
    for (const [i, input] of inputs.entries()) scatter(input, result, strides, begin[i]! * strides[axis]!);
    return result;
  },
  gradient: ({ inputs, attrs: { axis } }, grad) => {
    const begin = starts(inputs, axis);
    return inputs.map((input, i) =>
      input.requiresGrad ? sliceAxis(grad, axis, begin[i]!, begin[i]! + input.shape[axis]!) : null,
    );
  },
  lowering: { kind: "kernel" },
  samples: [
    { inputs: [[3], [7], [1]], attrs: { axis: 0 } },
    {
      inputs: [
        [3, 5],
        [3, 2],
      ],
      attrs: { axis: 1 },
    },
    {
      inputs: [
        [1, 3, 2, 3],
        [1, 5, 2, 3],
      ],
      attrs: { axis: 1 },
    },
    {
      inputs: [
        { shape: [2, 3], range: [-9, 9], dtype: "int32" },
        { shape: [1, 3], range: [-9, 9], dtype: "int32" },
      ],
      attrs: { axis: 0 },
    },
  ],
  torch: ({ axis }) => `torch.cat(x, ${axis})`,
});

/** Tensors joined along an axis that they have; one of int32 among float32 is made float32. PyTorch: `torch.cat`. */
export function cat(parts: readonly Node[], axis: number): Node {
  if (parts.length === 0) throw new ArgumentError({ op: "cat", problem: "there is nothing to join" });
  if (parts.length === 1) return parts[0]!;
  const dtype = promote(parts);
  return catOp(
    parts.map((part) => cast(part, dtype)),
    { axis },
  );
}
