/** Sizes given as one number for both axes of an image, or as one number per axis. */

/** A size for both axes of an image, or [height, width]. */
export type Size2d = number | readonly [height: number, width: number];

/** The size of an adaptive pooling's result; null keeps the input's. */
export type OutputSize2d = number | readonly [height: number | null, width: number | null];
