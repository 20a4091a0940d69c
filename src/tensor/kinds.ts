/** Kinds of arguments that are tensors or shapes. */
import { arrayOf, instance, integer } from "../errors/kinds.js";
import { Tensor } from "./tensor.js";

export const anyTensor = instance("a tensor", () => Tensor);

/** The sizes of all axes. */
export const shapeKind = arrayOf(integer(0));

/** Arguments that begin with a shape; sizes one after the other become an array, as in `zeros(2, 3)`. */
export function withShape(given: readonly unknown[]): readonly unknown[] {
  const rest = given.findIndex((value) => typeof value !== "number");
  const sizes = rest < 0 ? given.length : rest;
  return sizes === 0 && given.length > 0 ? given : [given.slice(0, sizes), ...given.slice(sizes)];
}
