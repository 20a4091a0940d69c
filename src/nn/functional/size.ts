/** Sizes given as one number for both axes of an image, or as one number per axis. */
import type { Pair } from "../../graph/shape.js";

/** A size for both axes of an image, or [height, width]. */
export type Size2d = number | readonly [height: number, width: number];

/** [height, width]. */
export function pair(size: Size2d): Pair {
  return typeof size === "number" ? [size, size] : size;
}

/** The size of an adaptive pooling's result; null keeps the input's. */
export type OutputSize2d = number | readonly [height: number | null, width: number | null];
