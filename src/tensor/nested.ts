/** Elements as nested arrays: their shape, and conversion to a flat list and back. */
import { ShapeError } from "../errors/errors.js";
import { shapesEqual, type Shape } from "../graph/shape.js";

/** Numbers in nested arrays, with one level for each axis. Booleans count as 0 and 1. */
export type NestedNumbers = number | boolean | readonly NestedNumbers[];

/** Returns the shape of nested arrays. @throws ShapeError if they are uneven */
export function nestedShape(nested: NestedNumbers): number[] {
  if (!Array.isArray(nested)) return [];
  const list = nested as readonly NestedNumbers[];
  const inner = list.length > 0 ? nestedShape(list[0]!) : [];
  for (const [i, part] of list.entries()) {
    if (!shapesEqual(nestedShape(part), inner)) {
      throw new ShapeError({ op: "tensor", problem: `nested arrays are uneven: element ${i} has a different shape` });
    }
  }
  return [list.length, ...inner];
}

/** Returns the numbers of nested arrays in row-major order. */
export function flatten(nested: NestedNumbers): number[] {
  if (Array.isArray(nested)) return (nested as readonly NestedNumbers[]).flatMap(flatten);
  return [Number(nested)];
}

/** Turns row-major elements into nested arrays of the given shape; a number for a scalar. */
export function nest(elements: ArrayLike<number>, shape: Shape): NestedNumbers {
  const build = (axis: number, start: number, step: number): NestedNumbers => {
    if (axis === shape.length) return elements[start]!;
    const inner = step / shape[axis]!;
    return Array.from({ length: shape[axis]! }, (_, i) => build(axis + 1, start + i * inner, inner));
  };
  return build(0, 0, elements.length);
}
