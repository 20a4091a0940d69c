/** Reads and writes the reference's dense values through strides. */
import { forEachIndex, sizeOf } from "../graph/shape.js";
import type { StridedView, Value } from "../graph/op.js";

/** The elements of a view, in row-major order. */
export function gather(source: Value, view: StridedView): Float64Array {
  const result = new Float64Array(sizeOf(view.shape));
  forEachIndex(view.shape, (index, position) => {
    result[position] = source.data[index.reduce((at, k, axis) => at + k * view.strides[axis]!, view.offset)]!;
  });
  return result;
}

/** Copies elements into `target`. The element at index (i, j, …) goes to offset + i·strides[0] + j·strides[1] + …. */
export function scatter(source: Value, target: Float64Array, strides: readonly number[], offset: number): void {
  forEachIndex(source.shape, (index, position) => {
    target[index.reduce((at, k, axis) => at + k * strides[axis]!, offset)] = source.data[position]!;
  });
}
