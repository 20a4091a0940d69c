/** Elements as nested arrays and typed arrays: their shape, and conversion to a flat list and back. */
import { ArgumentError, ShapeError } from "../errors/errors.js";
import { shown } from "../errors/shown.js";
import { shapesEqual, type Shape } from "../graph/shape.js";

/** Typed arrays, whose elements may be those of a tensor. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Numbers in nested arrays, with one level for each axis; rows may be typed arrays. Booleans count as 0 and 1. */
export type NestedNumbers = number | boolean | TypedArray | readonly NestedNumbers[];

/** Whether a value is a typed array, from this realm or from another one (a frame, a vm context). */
export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(Object.prototype.toString.call(value) === "[object DataView]");
}

/** Whether all rows are typed arrays of integers. */
export function holdsIntegers(nested: NestedNumbers): boolean {
  if (isTypedArray(nested)) return !Object.prototype.toString.call(nested).startsWith("[object Float");
  return Array.isArray(nested) && nested.length > 0 && (nested as readonly NestedNumbers[]).every(holdsIntegers);
}

/**
 * Returns the shape of nested arrays.
 * @throws ShapeError if they are uneven
 */
export function nestedShape(nested: NestedNumbers): number[] {
  if (isTypedArray(nested)) return [nested.length];
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

/**
 * Returns the numbers of nested arrays in row-major order.
 * @throws ArgumentError for an element that is not a number
 */
export function flatten(nested: NestedNumbers): number[] {
  const numbers: number[] = [];
  collect(nested, numbers);
  return numbers;
}

function collect(part: unknown, numbers: number[]): void {
  if (isTypedArray(part)) for (const element of part) numbers.push(Number(element));
  // An index, and not `forEach`: it finds the holes of an array, too.
  else if (Array.isArray(part)) for (let i = 0; i < part.length; i++) collect(part[i], numbers);
  else if (typeof part === "number" || typeof part === "boolean") numbers.push(Number(part));
  else throw notNumber(part, numbers.length);
}

function notNumber(element: unknown, position: number): ArgumentError {
  return new ArgumentError({
    op: "tensor",
    problem: `element ${position} is not a number`,
    expected: "numbers in nested arrays, or a typed array",
    got: shown(element),
  });
}

/** Numbers in nested arrays, as `tolist()` returns them. */
export type NestedList = number | readonly NestedList[];

/** Turns row-major elements into nested arrays of the given shape; a number for a scalar. */
export function nest(elements: ArrayLike<number>, shape: Shape): NestedList {
  const build = (axis: number, start: number, step: number): NestedList => {
    if (axis === shape.length) return elements[start]!;
    const inner = step / shape[axis]!;
    return Array.from({ length: shape[axis]! }, (_, i) => build(axis + 1, start + i * inner, inner));
  };
  return build(0, 0, elements.length);
}
