/** Where a sequence of positions lies in a tensor: the rows of an image, or the images of a batch. */
import { sizeOf, type Shape } from "../graph/shape.js";

export interface AxisPlace {
  readonly axis: number;
  /** The number of elements along the axis from one position to the next; 1 unless it is merged with axes after it. */
  readonly inner: number;
}

/** Where the positions lie in another shape: in row-major order, a reshape leaves the distance between them as it is. */
export function placeInShape({ axis, inner }: AxisPlace, from: Shape, to: Shape): AxisPlace | undefined {
  const after = (shape: Shape, at: number): number => sizeOf(shape.slice(at + 1));
  const distance = inner * after(from, axis);
  const found = to.findIndex((size, at) => distance >= after(to, at) && distance < after(to, at) * size);
  return found < 0 ? undefined : { axis: found, inner: distance / after(to, found) };
}
