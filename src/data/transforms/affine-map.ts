/**
 * Moving an image by an affine map. A result pixel reads the place in the input where the inverse map leads; places
 * are counted from the image's centre, so that a rotation turns about it. Formulas: `_get_inverse_affine_matrix` of
 * torchvision's `transforms/functional.py` and PyTorch's `grid_sample` (zero padding, corners not aligned).
 */
import { roundHalfEven } from "../../rounding.js";
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
  const { height, width } = image;
  const result = blankImage(image, height, width);
  const { data } = result;
  // A clamped view rounds as it stores.
  const out = data instanceof Uint8Array ? new Uint8ClampedArray(data.buffer) : data;
  const sample = interpolation === "bilinear" ? sampleBilinear : sampleNearest;
  for (let start = 0; start < data.length; start += height * width) {
    sample(paddedChannel(image, start, fill), height, width, matrix, out, start);
  }
  return result;
}

/** Reused from call to call: a channel with a border of `fill`. */
let padded = new Float32Array(0);

/**
 * A channel with one row and column of `fill` before it and two behind: [H + 3, W + 3]. A place that is clamped to one
 * pixel outside the channel, and its neighbours to the right and below, can be read without asking where it lies.
 */
function paddedChannel({ data, height, width }: Image, start: number, fill: number): Float32Array {
  const stride = width + 3;
  if (padded.length !== (height + 3) * stride) padded = new Float32Array((height + 3) * stride);
  padded.fill(fill);
  for (let y = 0, from = start; y < height; y++) {
    const to = (y + 1) * stride + 1;
    for (let x = 0; x < width; x++, from++) padded[to + x] = data[from]!;
  }
  return padded;
}

type Sampler = (
  /** [H + 3, W + 3] */
  channel: Float32Array,
  height: number,
  width: number,
  matrix: InverseMatrix,
  out: Uint8ClampedArray | Float32Array,
  /** Where the channel begins in `out`. */
  start: number,
) => void;

const sampleNearest: Sampler = (channel, height, width, matrix, out, start) => {
  const [a, b, c, d, e, f] = fromCorner(matrix, height, width);
  for (let row = 0, at = start; row < height; row++) {
    const [rowX, rowY] = [b * row + c, e * row + f];
    for (let column = 0; column < width; column++, at++) {
      const left = roundHalfEven(clamp(a * column + rowX, width)) + 1;
      const top = roundHalfEven(clamp(d * column + rowY, height)) + 1;
      out[at] = channel[top * (width + 3) + left]!;
    }
  }
};

const sampleBilinear: Sampler = (channel, height, width, matrix, out, start) => {
  const [a, b, c, d, e, f] = fromCorner(matrix, height, width);
  const stride = width + 3;
  for (let row = 0, at = start; row < height; row++) {
    const [rowX, rowY] = [b * row + c, e * row + f];
    for (let column = 0; column < width; column++, at++) {
      // Counted from the border's first pixel, so that cutting off the fraction rounds down.
      const x = clamp(a * column + rowX, width) + 1;
      const y = clamp(d * column + rowY, height) + 1;
      const left = x | 0;
      const top = y | 0;
      const corner = top * stride + left;
      const upper = blend(channel[corner]!, channel[corner + 1]!, x - left);
      const lower = blend(channel[corner + stride]!, channel[corner + stride + 1]!, x - left);
      out[at] = blend(upper, lower, y - top);
    }
  }
};

/** The same map of places that are counted from the upper left pixel instead of the centre. */
function fromCorner([a, b, c, d, e, f]: InverseMatrix, height: number, width: number): InverseMatrix {
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  return [a, b, c + middleX - a * middleX - b * middleY, d, e, f + middleY - d * middleX - e * middleY];
}

/** A place, or the nearest one that is at most one pixel outside of 0 … size − 1. */
function clamp(place: number, size: number): number {
  return Math.max(-1, Math.min(size, place));
}

function blend(from: number, to: number, part: number): number {
  return from + part * (to - from);
}
