/** Kinds of arguments that are tensors or shapes. */
import { arrayOf, instance, integer, kind } from "../errors/kinds.js";
import { sizeOf, type Shape } from "../graph/shape.js";
import { Tensor } from "./tensor.js";

export const anyTensor = instance("a tensor", () => Tensor);

/** More elements than an engine's memory of 4 GiB can hold. */
export const mostElements = 2 ** 30;

const sizes = arrayOf(integer(0));

/** The sizes of all axes. */
export const shapeKind = kind<Shape>(
  `${sizes.expected}, and at most ${mostElements} elements in all`,
  (value) => sizes.accepts(value) && sizeOf(value) <= mostElements,
);

/** Arguments that begin with a shape; sizes one after the other become an array, as in `zeros(2, 3)`. */
export function withShape(given: readonly unknown[]): readonly unknown[] {
  const rest = given.findIndex((value) => typeof value !== "number");
  const sizes = rest < 0 ? given.length : rest;
  // A copy, since the caller may change the array afterwards.
  if (Array.isArray(given[0])) return [given[0].slice(), ...given.slice(1)];
  return sizes === 0 && given.length > 0 ? given : [given.slice(0, sizes), ...given.slice(sizes)];
}
