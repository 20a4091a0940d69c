/** Tensors that are views of other elements, with their own strides, as in NumPy and PyTorch. */
import type { HostArray } from "../graph/node.js";
import { denseStrides, sizeOf, type Shape } from "../graph/shape.js";

export interface StridedView {
  readonly shape: Shape;
  /** The distance between neighbours along each axis, in elements; at least 0. */
  readonly strides: readonly number[];
  /** The index of the first element. */
  readonly offset: number;
}

/** Returns how many elements the viewed array must have. */
export function reachOf({ shape, strides, offset }: StridedView): number {
  if (shape.includes(0)) return offset;
  return shape.reduce((last, size, axis) => last + (size - 1) * strides[axis]!, offset) + 1;
}

/** Copies the elements of a view, dense and row-major. There must be at least `reachOf(view)` elements. */
export function denseElements(elements: HostArray, view: StridedView): HostArray {
  const { shape, strides, offset } = view;
  const size = sizeOf(shape);
  const dense = denseStrides(shape);
  if (dense.every((stride, axis) => shape[axis] === 1 || stride === strides[axis])) {
    return elements.slice(offset, offset + size);
  }
  const result = elements instanceof Float32Array ? new Float32Array(size) : new Int32Array(size);
  for (let i = 0; i < size; i++) {
    let at = offset;
    for (let axis = 0; axis < shape.length; axis++)
      at += (Math.floor(i / dense[axis]!) % shape[axis]!) * strides[axis]!;
    result[i] = elements[at]!;
  }
  return result;
}
