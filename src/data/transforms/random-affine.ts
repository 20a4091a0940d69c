/** Random rotation and random affine maps of an image about its centre. */
import { refuseUnknown } from "../../errors/options.js";
import { uniformNumber, type Generator } from "../../random/random.js";
import { roundHalfEven } from "../../text/rounding.js";
import { inverseMatrix } from "./affine-map.js";
import { check, checkInterpolation, symmetricRange, type Interpolation, type Range } from "./options.js";
import { moveImage } from "./resample.js";
import type { Transform } from "./transform.js";

export interface MoveOptions {
  /** How values between pixels are found; "nearest" unless given. */
  readonly interpolation?: Interpolation;
  /** The value of what comes from outside the image; 0 unless given. */
  readonly fill?: number;
}

const moveOptions = ["interpolation", "fill"];

/**
 * Turns by an angle from a range. PyTorch: `torchvision.transforms.RandomRotation` of a tensor.
 * @param degrees the range, counter-clockwise; a number d means −d to d
 * @throws ArgumentError for a range or interpolation that is none
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

export interface AffineOptions extends MoveOptions {
  /** The range of the angle, clockwise; a number d means −d to d; 0 for no rotation. */
  readonly degrees: number | Range;
  /** The largest shifts to either side, as parts of the width and of the height. */
  readonly translate?: Range;
  /** The range of the scale. */
  readonly scale?: Range;
  /** Degrees along x; a number s means −s to s; four numbers are a range along x and one along y. */
  readonly shear?: number | Range | readonly [number, number, number, number];
}

/**
 * Turns, shifts by whole pixels, scales and shears, each by a random amount from its range, drawn in this order.
 * PyTorch: `torchvision.transforms.RandomAffine` of a tensor.
 * @throws ArgumentError for a range or interpolation that is none
 * @example transforms.randomAffine({ degrees: 7, translate: [0.05, 0.05], scale: [0.95, 1.05] })
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
