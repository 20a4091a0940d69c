/**
 * Moving an image by an affine map. A result pixel reads the place in the input where the inverse map leads; places
 * are counted from the image's centre, so that a rotation turns about it. Formulas: `_get_inverse_affine_matrix` of
 * torchvision's `transforms/functional.py` and PyTorch's `grid_sample` (zero padding, corners not aligned).
 */
import { blankImage, type Image } from "../image.js";
import type { Interpolation } from "./options.js";

/** [a, b, c, d, e, f]: the result's place (x, y) reads the input at (a·x + b·y + c, d·x + e·y + f). */
export type InverseMatrix = readonly [number, number, number, number, number, number];

export interface AffineParameters {
  /** Degrees, clockwise. */
  readonly angle: number;
  /** Pixels to the right and down. */
  readonly translate: readonly [x: number, y: number];
  /** Above 1 enlarges. */
  readonly scale: number;
  /** Degrees along x and along y. */
  readonly shear: readonly [x: number, y: number];
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The inverse of: shear, rotate and scale about the centre, then translate. */
export function inverseMatrix({ angle, translate: [tx, ty], scale, shear }: AffineParameters): InverseMatrix {
  const turn = radians(angle);
  const [sx, sy] = [radians(shear[0]), radians(shear[1])];
  const a = Math.cos(turn - sy) / Math.cos(sy);
  const b = (-Math.cos(turn - sy) * Math.tan(sx)) / Math.cos(sy) - Math.sin(turn);
  const c = Math.sin(turn - sy) / Math.cos(sy);
  const d = (-Math.sin(turn - sy) * Math.tan(sx)) / Math.cos(sy) + Math.cos(turn);
  // [a b; c d] has determinant 1: rotation and shear keep areas.
  const [p, q, r, s] = [d / scale, -b / scale, -c / scale, a / scale];
  return [p, q, -(p * tx + q * ty), r, s, -(r * tx + s * ty)];
}

/** The image moved; what comes from outside it has the value `fill`. Bytes are rounded, to even at the half. */
export function moveImage(image: Image, matrix: InverseMatrix, interpolation: Interpolation, fill: number): Image {
  const result = blankImage(image, image.height, image.width);
  const { data } = result;
  // A clamped view rounds as it stores.
  const out = data instanceof Uint8Array ? new Uint8ClampedArray(data.buffer) : data;
  const sample = interpolation === "bilinear" ? sampleBilinear : sampleNearest;
  const area = image.height * image.width;
  for (let start = 0; start < data.length; start += area) sample(image, start, matrix, fill, out);
  return result;
}

type Sampler = (
  image: Image,
  /** Where the channel begins in `image.data` and `out`. */
  start: number,
  matrix: InverseMatrix,
  fill: number,
  out: Uint8ClampedArray | Float32Array,
) => void;

const sampleNearest: Sampler = ({ data, height, width }, start, [a, b, c, d, e, f], fill, out) => {
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  for (let row = 0, at = start; row < height; row++) {
    const y = row - middleY;
    for (let column = 0; column < width; column++, at++) {
      const x = column - middleX;
      const sourceX = nearestEven(a * x + b * y + c + middleX);
      const sourceY = nearestEven(d * x + e * y + f + middleY);
      const inside = sourceX >= 0 && sourceX < width && sourceY >= 0 && sourceY < height;
      out[at] = inside ? data[start + sourceY * width + sourceX]! : fill;
    }
  }
};

/** The nearest whole number; half-way between two, the even one. */
function nearestEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

const sampleBilinear: Sampler = ({ data, height, width }, start, [a, b, c, d, e, f], fill, out) => {
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const pixel = (x: number, y: number): number =>
    x >= 0 && x < width && y >= 0 && y < height ? data[start + y * width + x]! : fill;
  for (let row = 0, at = start; row < height; row++) {
    const y = row - middleY;
    for (let column = 0; column < width; column++, at++) {
      const x = column - middleX;
      const sourceX = a * x + b * y + c + middleX;
      const sourceY = d * x + e * y + f + middleY;
      const left = Math.floor(sourceX);
      const top = Math.floor(sourceY);
      const right = sourceX - left;
      const below = sourceY - top;
      if (left >= 0 && left < width - 1 && top >= 0 && top < height - 1) {
        const corner = start + top * width + left;
        const upper = blend(data[corner]!, data[corner + 1]!, right);
        const lower = blend(data[corner + width]!, data[corner + width + 1]!, right);
        out[at] = blend(upper, lower, below);
      } else {
        const upper = blend(pixel(left, top), pixel(left + 1, top), right);
        const lower = blend(pixel(left, top + 1), pixel(left + 1, top + 1), right);
        out[at] = blend(upper, lower, below);
      }
    }
  }
};

function blend(from: number, to: number, part: number): number {
  return from + part * (to - from);
}
