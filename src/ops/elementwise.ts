/**
 * What all elementwise ops share: broadcasting, a float64 reference made from a scalar function, and the result's type.
 */
import type { Dtype, Node } from "../graph/node.js";
import { broadcastShapes, broadcastStrides, denseStrides, forEachIndex, sizeOf, type Shape } from "../graph/shape.js";
import type { Lanes } from "../wasm/expressions.js";
import { defineOp, type ElementwiseCode, type NoAttrs, type Op, type OpBuilder, type Value } from "../graph/op.js";

/** An op whose result elements depend only on the inputs' elements at the same position. */
export interface Elementwise<A>
  extends Pick<Op<A>, "name" | "gradient" | "samples" | "torch" | "gradientCaveat" | "elsewhere">, ElementwiseCode<A> {
  readonly dtype: (inputs: readonly Node[], attrs: A) => Dtype;
}

export function defineElementwise<A = NoAttrs>(rule: NoInfer<Elementwise<A>>): OpBuilder<A> {
  return defineOp<A>({
    ...rule,
    infer: (inputs, attrs) => ({
      shape: inputs.map((input): Shape => input.shape).reduce((a, b) => broadcastShapes(rule.name, a, b)),
      dtype: rule.dtype(inputs, attrs),
    }),
    reference: (inputs, attrs, out) => mapBroadcast(inputs, out.shape, (args) => rule.scalar(args, attrs)),
    lowering: { kind: "elementwise", ...rule },
  });
}

/** Applies `f` to the elements at each position of `shape`. The array that `f` gets is reused. */
export function mapBroadcast(
  inputs: readonly Value[],
  shape: Shape,
  f: (args: readonly number[]) => number,
): Float64Array {
  const strides = inputs.map((input) => broadcastStrides(input.shape, denseStrides(input.shape), shape));
  const args = new Array<number>(inputs.length);
  const result = new Float64Array(sizeOf(shape));
  forEachIndex(shape, (index, position) => {
    for (const [i, input] of inputs.entries()) {
      args[i] = input.data[index.reduce((at, k, axis) => at + k * strides[i]![axis]!, 0)]!;
    }
    result[position] = f(args);
  });
  return result;
}

/** What the lanes of a type are. */
export function lanesOf(dtype: Dtype): Lanes {
  return dtype === "int32" ? "i32x4" : "f32x4";
}

/** The common type: int32 if all are int32, otherwise float32. */
export function promote(inputs: readonly Node[]): Dtype {
  return inputs.every((input) => input.dtype === "int32") ? "int32" : "float32";
}
