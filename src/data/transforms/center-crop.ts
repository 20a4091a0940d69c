/** The middle of an image. */
import { ArgumentError } from "../../errors/errors.js";
import { size2d } from "../../errors/kinds.js";
import { checked, required } from "../../errors/signature.js";
import { pair } from "../../graph/shape.js";
import { formatImage, imageLike } from "../image.js";
import { cut, type PartSize } from "./crop.js";
import type { Transform } from "./transform.js";

/**
 * Cuts out the middle of an image. Where an odd number of rows or columns is left over, half of it is rounded to an
 * even number, as PyTorch does: of 7 rows, a part of 4 begins with row 2. PyTorch: `torchvision.transforms.CenterCrop`,
 * but smaller images are refused instead of padded.
 * @param size the part's height and width in pixels, or one number for both
 * @returns the transform, from [C, H, W] to [C, height, width], which throws an ArgumentError for an image that is
 *   smaller than the part
 * @throws ArgumentError for an invalid size
 * @function
 * @example
 * const image = { data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), channels: 1, height: 3, width: 3 };
 * transforms.centerCrop(1)(image).data; // [5]
 * transforms.centerCrop([3, 1])(image).data; // [2, 5, 8]
 */
export const centerCrop: (size: PartSize) => Transform = checked(
  "centerCrop",
  [required("size", size2d(1))],
  ({ size }) => cropMiddle(size, halfToEven),
);

/**
 * As `centerCrop`, with another rule for odd rests.
 * @param before how many of the rows (or columns) that are left over come before the part
 */
export function cropMiddle(size: PartSize, before: (rest: number) => number): Transform {
  const [height, width] = pair(size);
  const transform: Transform = (image, _generator, spare) => {
    const [rows, columns] = [image.height - height, image.width - width];
    if (rows < 0 || columns < 0) {
      throw new ArgumentError({
        op: "centerCrop",
        problem: `an image of ${formatImage(image)} has no part of ${height}×${width}`,
        hint: "crop to a smaller size",
      });
    }
    const part = imageLike(image, height, width, spare);
    cut(image, before(rows), before(columns), part, 0);
    return part;
  };
  return Object.assign(transform, { selects: true } as const);
}

/** Half of a whole number; a half in between goes to the even neighbour. */
function halfToEven(count: number): number {
  return count % 4 === 3 ? (count + 1) / 2 : Math.floor(count / 2);
}
