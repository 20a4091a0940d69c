/** Random rotation and random affine maps of an image about its centre. */
import { either, kind, number, oneOf, pairOf } from "../../errors/kinds.js";
import { checked, optional, required, type Arguments, type Values } from "../../errors/signature.js";
import { uniformNumber, type Generator } from "../../random/random.js";
import { roundHalfEven } from "../../text/rounding.js";
import { inverseMatrix } from "./affine-map.js";
import { check, range, symmetricRange, type Interpolation, type Range } from "./options.js";
import { moveImage } from "./resample.js";
import { reading, type Transform } from "./transform.js";

/** Options of `transforms.randomRotation` and `transforms.randomAffine`. */
export interface MoveOptions {
  /** How a value between pixels is computed. Default "nearest". */
  readonly interpolation?: Interpolation;
  /** The value of pixels from outside the image. Default 0. */
  readonly fill?: number;
}

const degrees = required("degrees", range);
const interpolation = optional("interpolation", oneOf<Interpolation>("nearest", "bilinear"), "nearest");
const fill = optional("fill", number, 0);
const rotationParameters = [interpolation, fill] as const;

/**
 * Rotates by a random angle about the centre. PyTorch: `torchvision.transforms.RandomRotation` of a tensor.
 * @param degrees the range of the angle, counter-clockwise; a number d means −d to d
 * @param rest interpolation, and the fill from outside the image: in this order, or by name in an object
 * @returns the transform
 * @throws ArgumentError for an invalid range or interpolation
 * @function
 * @example
 * const image = { data: Uint8Array.of(1, 2, 3, 4), channels: 1, height: 2, width: 2 };
 * transforms.randomRotation([90, 90])(image).data; // [2, 4, 1, 3]
 */
export const randomRotation: (
  degrees: number | Range,
  ...rest: Arguments<MoveOptions, typeof rotationParameters>
) => Transform = checked("randomRotation", [degrees, ...rotationParameters], (given) => {
  const { interpolation, fill } = given;
  const angles = symmetricRange("randomRotation", "degrees", given.degrees);
  return reading((image, generator, spare) => {
    const angle = -uniformNumber(...angles, generator);
    const matrix = inverseMatrix({ angle, translate: [0, 0], scale: 1, shear: [0, 0] });
    return moveImage(image, matrix, { interpolation, fill, spare });
  });
});

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

const pair = pairOf(number);
const four = kind<readonly [number, number, number, number]>(
  "four numbers",
  (value) => Array.isArray(value) && value.length === 4 && value.every(number.accepts),
);
const affineParameters = [
  optional("translate", pair),
  optional("scale", pair),
  optional("shear", either(range, four)),
  interpolation,
  fill,
] as const;

/**
 * Rotates, shifts by whole pixels, scales and shears about the centre, each by a random amount, drawn in this order.
 * PyTorch: `torchvision.transforms.RandomAffine` of a tensor.
 * @param options the ranges, interpolation, and what comes from outside the image
 * @returns the transform
 * @throws ArgumentError for an invalid range or interpolation
 * @function
 * @example
 * const image = { data: Uint8Array.of(1, 2, 3, 4), channels: 1, height: 2, width: 2 };
 * transforms.randomAffine({ degrees: [180, 180] })(image).data; // [4, 3, 2, 1]
 * transforms.randomAffine({ degrees: 7, translate: [0.05, 0.05], scale: [0.95, 1.05] })(image).data.length; // 4
 */
export const randomAffine: {
  (options: AffineOptions): Transform;
  (degrees: number | Range, ...rest: Arguments<Omit<AffineOptions, "degrees">, typeof affineParameters>): Transform;
} = checked("randomAffine", [degrees, ...affineParameters], moveAtRandom);

/** The arguments of `randomAffine`, with the defaults of those that are missing. */
type Moves = Values<readonly [typeof degrees, ...typeof affineParameters]>;

function moveAtRandom({ translate, scale, interpolation, fill, ...given }: Moves): Transform {
  const op = "randomAffine";
  const angles = symmetricRange(op, "degrees", given.degrees);
  const shear = shearRanges(op, given.shear);
  const isPart = (part: number): boolean => part >= 0 && part <= 1;
  check(op, translate?.every(isPart) ?? true, "invalid translate", "two numbers from 0 to 1", translate);
  const grows = scale === undefined || (scale[0] > 0 && scale[0] <= scale[1]);
  check(op, grows, "invalid scale", "an ascending pair above 0", scale);
  return reading((image, generator, spare) => {
    const angle = uniformNumber(...angles, generator);
    const tx = translate ? shift(translate[0] * image.width, generator) : 0;
    const ty = translate ? shift(translate[1] * image.height, generator) : 0;
    const factor = scale ? uniformNumber(...scale, generator) : 1;
    const shearX = shear[0] ? uniformNumber(...shear[0], generator) : 0;
    const shearY = shear[1] ? uniformNumber(...shear[1], generator) : 0;
    const matrix = inverseMatrix({ angle, translate: [tx, ty], scale: factor, shear: [shearX, shearY] });
    return moveImage(image, matrix, { interpolation, fill, spare });
  });
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
