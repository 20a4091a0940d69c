/** Concatenation. */
import { ArgumentError, ShapeError } from "../errors/errors.js";
import type { Node } from "../graph/node.js";
import { defineOp, opFunction, type OpBuilder } from "../graph/op.js";
import { denseStrides, formatShape, sizeOf, type Shape } from "../graph/shape.js";
import { cast } from "./comparison.js";
import { promote } from "./elementwise.js";
import { sliceAxis } from "./slice-and-pad.js";
import { scatter } from "./strided-values.js";

function joinedShape(parts: readonly Shape[], axis: number): Shape {
  const [first] = parts as [Shape, ...Shape[]];
  const odd = parts.find(
    (part) => part.length !== first.length || !part.every((size, i) => i === axis || size === first[i]),
  );
  if (odd || axis >= first.length) {
    throw new ShapeError({
      op: "cat",
      problem: `${formatShape(odd ?? first)} cannot be joined to ${formatShape(first)} along axis ${axis}`,
      expected: "tensors whose sizes agree along all other axes",
    });
  }
  return first.map((size, i) => (i === axis ? parts.reduce((sum, part) => sum + part[i]!, 0) : size));
}

/** The position along the axis where each part begins. */
function starts(parts: readonly { readonly shape: Shape }[], axis: number): number[] {
  let next = 0;
  return parts.map((part) => (next += part.shape[axis]!) - part.shape[axis]!);
}

export interface CatAttrs {
  readonly axis: number;
}

const catOp: OpBuilder<CatAttrs> = defineOp({
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

/** Concatenates tensors along an existing axis. If any is float32, int32 ones are converted. PyTorch: `torch.cat`. */
export const cat = opFunction(catOp, (parts: readonly Node[], axis: number): Node => {
  if (parts.length === 0) throw new ArgumentError({ op: "cat", problem: "no tensors were given" });
  if (parts.length === 1) return parts[0]!;
  const dtype = promote(parts);
  return catOp(
    parts.map((part) => cast(part, dtype)),
    { axis },
  );
});
