/** Sizes that are given once for both axes of an image or for each. */
import type { Pair } from "../../graph/shape.js";

/** A size for both axes of an image, or [height, width]. */
export type Size2d = number | Pair;

/** [height, width]. */
export function pair(size: Size2d): Pair {
  return typeof size === "number" ? [size, size] : size;
}
