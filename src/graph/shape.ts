/**
 * Shapes, strides and axes. A shape is a list of sizes, outermost first; a scalar's is `[]`. All of it is pure.
 */
import { ShapeError } from "../errors/errors.js";
import { counted } from "../text/counted.js";

/**
 * The size of each axis, outermost first; `[]` is a scalar's. Images are [N, C, H, W]: batch, channels, height, width.
 */
export type Shape = readonly number[];

/** Two numbers: one for the height and one for the width. */
export type Pair = readonly [number, number];

/** A size for both axes of an image, as [height, width]. */
export function pair(size: number | Pair): Pair {
  return typeof size === "number" ? [size, size] : [...size];
}

/** `[8,1,28,28]`, as error messages print it. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(",")}]`;
}

/** The number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((size, extent) => size * extent, 1);
}

export function shapesEqual(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** Throws a ShapeError with these words unless a shape is the expected one. */
export function requireShape(op: string, shape: Shape, expected: Shape, problem: () => string, hint?: string): void {
  if (shapesEqual(shape, expected)) return;
  throw new ShapeError({ op, problem: problem(), expected: formatShape(expected), hint });
}

/** The strides of a dense row-major tensor, in elements. */
export function denseStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** The strides with which a tensor of `shape` is read as one of `target`: 0 along axes that broadcasting adds or repeats. */
export function broadcastStrides(shape: Shape, strides: readonly number[], target: Shape): number[] {
  const lead = target.length - shape.length;
  return target.map((extent, axis) =>
    axis < lead || (shape[axis - lead] === 1 && extent !== 1) ? 0 : strides[axis - lead]!,
  );
}

/** The shape to which both broadcast, by the rules of NumPy and PyTorch. */
export function broadcastShapes(op: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let back = 1; back <= rank; back++) {
    const x = a[a.length - back] ?? 1;
    const y = b[b.length - back] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new ShapeError({
        op,
        problem: `${formatShape(a)} and ${formatShape(b)} do not broadcast: ${x} and ${y} differ at axis -${back}`,
        expected: "sizes that are equal or 1, aligned at the last axis",
        hint: "reshape one of them, or add an axis of size 1 with unsqueeze()",
      });
    }
    result[rank - back] = x === 1 ? y : x;
  }
  return result;
}

/** Turns an axis that may count from the end into a non-negative one. */
export function resolveAxis(op: string, axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + Math.max(rank, 1) : axis;
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= Math.max(rank, 1)) {
    throw new ShapeError({
      op,
      problem: `axis ${axis} does not exist in a tensor with ${counted(rank, "axis", "axes")}`,
      expected: `an integer from ${-rank} to ${rank - 1}`,
    });
  }
  return resolved;
}

/** Turns axes into ascending, distinct, non-negative ones; none given means all. Those of a scalar are left out. */
export function resolveAxes(op: string, axes: readonly number[] | number | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const list = typeof axes === "number" ? [axes] : axes;
  const resolved = list.map((axis) => resolveAxis(op, axis, rank)).sort((x, y) => x - y);
  if (new Set(resolved).size !== resolved.length) {
    throw new ShapeError({ op, problem: `[${list.join(",")}] names an axis twice` });
  }
  return resolved.filter((axis) => axis < rank);
}

/** The shape after reducing `axes` (non-negative). */
export function reducedShape(shape: Shape, axes: readonly number[], keepdim: boolean): number[] {
  if (keepdim) return shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** Calls `visit` with each multi-index of the shape, in row-major order. The array is reused between calls. */
export function forEachIndex(shape: Shape, visit: (index: readonly number[], position: number) => void): void {
  const size = sizeOf(shape);
  const index = new Array<number>(shape.length).fill(0);
  for (let position = 0; position < size; position++) {
    visit(index, position);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}
