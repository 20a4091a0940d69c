/** Random rotation and random affine maps of an image about its centre. */
import { refuseUnknown } from "../../errors/options.js";
import { uniformNumber, type Generator } from "../../random/random.js";
import { roundHalfEven } from "../../text/rounding.js";
import { inverseMatrix } from "./affine-map.js";
import { check, checkInterpolation, symmetricRange, type Interpolation, type Range } from "./options.js";
import { moveImage } from "./resample.js";
import type { Transform } from "./transform.js";

/** Options of `transforms.randomRotation` and `transforms.randomAffine`. */
export interface MoveOptions {
  /** How a value between pixels is computed. Default "nearest". */
  readonly interpolation?: Interpolation;
  /** The value of pixels from outside the image. Default 0. */
  readonly fill?: number;
}

const moveOptions = ["interpolation", "fill"];

/**
 * Rotates by a random angle about the centre. PyTorch: `torchvision.transforms.RandomRotation` of a tensor.
 * @param degrees the range of the angle, counter-clockwise; a number d means −d to d
 * @param options interpolation, and what comes from outside the image
 * @returns the transform
 * @throws ArgumentError for an invalid range or interpolation
 * @example
 * const image = { data: Uint8Array.of(1, 2, 3, 4), channels: 1, height: 2, width: 2 };
 * transforms.randomRotation([90, 90])(image).data; // [2, 4, 1, 3]
 */
export function randomRotation(degrees: number | Range, options: MoveOptions = {}): Transform {
  const range = symmetricRange("randomRotation", "degrees", degrees);
  refuseUnknown("randomRotation", moveOptions, options);
  const { interpolation = "nearest", fill = 0 } = options;
  checkInterpolation("randomRotation", interpolation);
  return (image, generator, spare) => {
    const angle = -uniformNumber(...range, generator);
    const matrix = inverseMatrix({ angle, translate: [0, 0], scale: 1, shear: [0, 0] });
    return moveImage(image, matrix, { interpolation, fill, spare });
  };
}

/** Options of `transforms.randomAffine`. */
export interface AffineOptions extends MoveOptions {
  /** The range of the angle, clockwise; a number d means −d to d, and 0 means no rotation. */
  readonly degrees: number | Range;
  /** The largest shifts to either side, as fractions of the width and of the height. Default: no shift. */
  readonly translate?: Range;
  /** The range of the scale. Default: no scaling. */
  readonly scale?: Range;

  /**
   * The range of the shear along x, in degrees; a number s means −s to s, and four numbers are a range along x and one
   * along y. Default: no shear.
   */
  readonly shear?: number | Range | readonly [number, number, number, number];
}

/**
 * Rotates, shifts by whole pixels, scales and shears about the centre, each by a random amount, drawn in this order.
 * PyTorch: `torchvision.transforms.RandomAffine` of a tensor.
 * @param options the ranges, interpolation, and what comes from outside the image
 * @returns the transform
 * @throws ArgumentError for an invalid range or interpolation
 * @example
 * const image = { data: Uint8Array.of(1, 2, 3, 4), channels: 1, height: 2, width: 2 };
 * transforms.randomAffine({ degrees: [180, 180] })(image).data; // [4, 3, 2, 1]
 * transforms.randomAffine({ degrees: 7, translate: [0.05, 0.05], scale: [0.95, 1.05] })(image).data.length; // 4
 */
export function randomAffine(options: AffineOptions): Transform {
  const { translate, scale, interpolation = "nearest", fill = 0 } = options;
  const op = "randomAffine";
  refuseUnknown(op, ["degrees", "translate", "scale", "shear", ...moveOptions], options);
  const degrees = symmetricRange(op, "degrees", options.degrees);
  const shear = shearRanges(op, options.shear);
  const isPart = (part: number): boolean => part >= 0 && part <= 1;
  check(op, translate?.every(isPart) ?? true, "invalid translate", "two numbers from 0 to 1", translate);
  const grows = scale === undefined || (scale[0] > 0 && scale[0] <= scale[1] && Number.isFinite(scale[1]));
  check(op, grows, "invalid scale", "an ascending pair above 0", scale);
  checkInterpolation(op, interpolation);
  return (image, generator, spare) => {
    const angle = uniformNumber(...degrees, generator);
    const tx = translate ? shift(translate[0] * image.width, generator) : 0;
    const ty = translate ? shift(translate[1] * image.height, generator) : 0;
    const factor = scale ? uniformNumber(...scale, generator) : 1;
    const shearX = shear[0] ? uniformNumber(...shear[0], generator) : 0;
    const shearY = shear[1] ? uniformNumber(...shear[1], generator) : 0;
    const matrix = inverseMatrix({ angle, translate: [tx, ty], scale: factor, shear: [shearX, shearY] });
    return moveImage(image, matrix, { interpolation, fill, spare });
  };
}

function shift(most: number, generator: Generator | undefined): number {
  return roundHalfEven(uniformNumber(-most, most, generator));
}

function shearRanges(op: string, shear: AffineOptions["shear"]): readonly [Range?, Range?] {
  if (shear === undefined) return [];
  if (typeof shear === "number" || shear.length === 2) return [symmetricRange(op, "shear", shear)];
  const [x0, x1, y0, y1] = shear;
  return [symmetricRange(op, "shear", [x0, x1]), symmetricRange(op, "shear", [y0, y1])];
}
