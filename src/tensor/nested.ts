/** Elements as nested arrays: their shape, and the way to a flat list and back. */
import { ShapeError } from "../errors/errors.js";
import { shapesEqual, type Shape } from "../graph/shape.js";

/** Numbers in arrays, as deep as there are axes; booleans count as 0 and 1. */
export type NestedNumbers = number | boolean | readonly NestedNumbers[];

/** The shape of nested arrays, which must be even. */
export function nestedShape(nested: NestedNumbers): number[] {
  if (!Array.isArray(nested)) return [];
  const list = nested as readonly NestedNumbers[];
  const inner = list.length > 0 ? nestedShape(list[0]!) : [];
  for (const [i, part] of list.entries()) {
    if (!shapesEqual(nestedShape(part), inner)) {
      throw new ShapeError({ op: "tensor", problem: `nested arrays are uneven: element ${i} has another shape` });
    }
  }
  return [list.length, ...inner];
}

/** The numbers of nested arrays, row-major. */
export function flatten(nested: NestedNumbers): number[] {
  if (Array.isArray(nested)) return (nested as readonly NestedNumbers[]).flatMap(flatten);
  return [Number(nested)];
}

/** Row-major elements as nested arrays of a shape; a number for a scalar. */
export function nest(elements: ArrayLike<number>, shape: Shape): NestedNumbers {
  const build = (axis: number, start: number, step: number): NestedNumbers => {
    if (axis === shape.length) return elements[start]!;
    const inner = step / shape[axis]!;
    return Array.from({ length: shape[axis]! }, (_, i) => build(axis + 1, start + i * inner, inner));
  };
  return build(0, 0, elements.length);
}
