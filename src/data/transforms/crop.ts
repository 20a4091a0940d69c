/** What crops have in common: the size of the part, and cutting it out. */
import type { Image } from "../image.js";

/** The height and the width of a part of an image in pixels, or one number for both. */
export type PartSize = number | readonly [height: number, width: number];

/** Writes the part whose upper left corner is at (row, column), which may lie outside. */
export function cut(image: Image, row: number, column: number, { data, height, width }: Image, fill: number): void {
  data.fill(fill);
  const [from, to] = [Math.max(column, 0), Math.min(column + width, image.width)];
  if (from >= to) return;
  for (let channel = 0; channel < image.channels; channel++) {
    for (let y = Math.max(row, 0); y < Math.min(row + height, image.height); y++) {
      const source = (channel * image.height + y) * image.width;
      const target = (channel * height + y - row) * width - column;
      data.set(image.data.subarray(source + from, source + to), target + from);
    }
  }
}
