/** Cropping an image at a random position. */
import { integer, kind, number, size2d } from "../../errors/kinds.js";
import { checked, optional, required, type Arguments } from "../../errors/signature.js";
import { ArgumentError } from "../../errors/errors.js";
import { randomInteger } from "../../random/random.js";
import { pair } from "../../graph/shape.js";
import { formatImage, imageLike, type Image } from "../image.js";
import { cut, type PartSize } from "./crop.js";
import { reading, type Transform } from "./transform.js";

/** Options of `transforms.randomCrop`. */
export interface CropOptions {
  /**
   * The number of pixels added on all sides; two numbers: left and right, top and bottom; four: left, top, right,
   * bottom. Default 0.
   */
  readonly padding?: number | readonly [number, number] | readonly [number, number, number, number];
  /** The value of the added pixels. Default 0. */
  readonly fill?: number;
}

const extent = integer(0);
const cropParameters = [
  optional(
    "padding",
    kind<NonNullable<CropOptions["padding"]>>("an integer of at least 0, or two or four of them", (value) =>
      Array.isArray(value) ? [2, 4].includes(value.length) && value.every(extent.accepts) : extent.accepts(value),
    ),
    0,
  ),
  optional("fill", number, 0),
] as const;

/**
 * Cuts a part out of an image, at a random position. PyTorch: `torchvision.transforms.RandomCrop`.
 * @param size the part's height and width in pixels, or one number for both
 * @param rest what is added around the image first: the padding by position or by name, fill by name
 * @returns the transform, which throws an ArgumentError for an image that is smaller than the part
 * @throws ArgumentError for an invalid size or padding
 * @function
 * @example
 * const image = { data: new Uint8Array(784), channels: 1, height: 28, width: 28 };
 * const part = transforms.randomCrop(24)(image);
 * [part.height, part.width]; // [24, 24]
 */
export const randomCrop: (size: PartSize, ...rest: Arguments<CropOptions, typeof cropParameters>) => Transform =
  checked("randomCrop", [required("size", size2d(1)), ...cropParameters], cropAtRandom);

function cropAtRandom({ size, padding, fill }: Required<CropOptions> & { readonly size: PartSize }): Transform {
  const [height, width] = pair(size);
  const [left, top, right, bottom] = sides(padding);
  return reading((image, generator, spare) => {
    const moreRows = image.height + top + bottom - height;
    const moreColumns = image.width + left + right - width;
    if (moreRows < 0 || moreColumns < 0) throw tooSmall(image, height, width, padding);
    // As in torchvision, nothing is drawn when there is no choice.
    const fits = moreRows === 0 && moreColumns === 0;
    const row = fits ? 0 : randomInteger(0, moreRows + 1, generator);
    const column = fits ? 0 : randomInteger(0, moreColumns + 1, generator);
    const part = imageLike(image, height, width, spare);
    cut(image, row - top, column - left, part, fill);
    return part;
  });
}

function sides(padding: NonNullable<CropOptions["padding"]>): readonly [number, number, number, number] {
  if (typeof padding === "number") return [padding, padding, padding, padding];
  return padding.length === 2 ? [padding[0], padding[1], padding[0], padding[1]] : padding;
}

function tooSmall(image: Image, height: number, width: number, padding: unknown): ArgumentError {
  return new ArgumentError({
    op: "randomCrop",
    problem: `an image of ${formatImage(image)} has no part of ${height}×${width}`,
    got: `padding ${JSON.stringify(padding)}`,
    hint: "crop to a smaller size or pad more",
  });
}
