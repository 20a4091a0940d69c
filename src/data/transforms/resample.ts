/**
 * Reading an image at positions between its pixels. Formulas: PyTorch's `grid_sample` (zero padding, corners not
 * aligned). Images are often blank near their edges, and a moved image also reads positions outside the original. So each
 * channel is first cropped to its content, the smallest rectangle around everything that is not `fill`. In each row of the
 * result, only the columns that read the content are computed.
 */
import { roundHalfEven } from "../../text/rounding.js";
import { imageLike, type Image } from "../image.js";
import { fromCorner, type InverseMatrix } from "./affine-map.js";
import type { Interpolation } from "./options.js";

export interface ResampleOptions {
  readonly interpolation: Interpolation;
  /** The value of pixels from outside the image. */
  readonly fill: number;
  /** An image whose memory the result may reuse. */
  readonly spare: Image | undefined;
}

/**
 * Returns the moved image. Bytes are rounded, with halves to even. For an image of bytes, pixels from outside get the
 * value from 0 to 255 that is nearest to `fill`.
 */
export function moveImage(image: Image, matrix: InverseMatrix, { interpolation, fill, spare }: ResampleOptions): Image {
  const { height, width } = image;
  const result = imageLike(image, height, width, spare);
  const isBytes = result.data instanceof Uint8Array;
  const outside = isBytes ? Math.max(0, Math.min(255, fill)) : Math.fround(fill);
  result.data.fill(isBytes ? roundHalfEven(outside) : outside);
  const sample = interpolation === "bilinear" ? sampleBilinear : sampleNearest;
  const map = fromCorner(matrix, height, width);
  for (let start = 0; start < result.data.length; start += height * width) {
    const content = contentOf(image, start, outside);
    if (content) sample(content, map, result, start);
  }
  return result;
}

/** The part of a channel that is not `fill`: rows `top` … `bottom` − 1 and columns `left` … `right` − 1. */
interface Content {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
  /**
   * The content with one row and column of `fill` before it and two after it: [bottom − top + 3, right − left + 3]. So
   * a position at most one pixel outside, and its neighbours to the right and below, can be read without bounds checks.
   */
  readonly padded: Float64Array;
}

/** The content of the channel that begins at `start`; undefined if the whole channel is `fill`. */
function contentOf({ data, height, width }: Image, start: number, fill: number): Content | undefined {
  const end = start + height * width;
  let [first, last] = [start, end - 1];
  while (first < end && data[first] === fill) first++;
  if (first === end) return undefined;
  while (data[last] === fill) last--;
  const top = Math.floor((first - start) / width);
  const bottom = Math.ceil((last + 1 - start) / width);
  const [upper, lower] = [start + top * width, start + bottom * width];
  let [left, right] = [0, width];
  while (isBlank(data, upper + left, lower, width, fill)) left++;
  while (isBlank(data, upper + right - 1, lower, width, fill)) right--;
  const stride = right - left + 3;
  const padded = border((bottom - top + 3) * stride, fill);
  for (let y = top; y < bottom; y++) {
    const from = start + y * width;
    const to = (y - top + 1) * stride + 1 - left;
    for (let x = left; x < right; x++) padded[to + x] = data[from + x]!;
  }
  return { top, bottom, left, right, padded };
}

/** Whether a column consists of `fill`. Its elements are `stride` apart, from `from` up to `end`. */
function isBlank(data: Image["data"], from: number, end: number, stride: number, fill: number): boolean {
  let i = from;
  while (i < end && data[i] === fill) i += stride;
  return i >= end;
}

/** Reused from call to call. */
let borders = new Float64Array(0);

/** Returns at least `size` elements, all of them `fill`. */
function border(size: number, fill: number): Float64Array {
  if (borders.length < size) borders = new Float64Array(size);
  return borders.fill(fill, 0, size);
}

/** At this size, float64 has no fractions. So adding and then subtracting this number rounds, with halves to even. */
const WHOLE = 1.5 * 2 ** 52;

/** Writes the channel that begins at `start`. */
function sampleNearest(content: Content, map: InverseMatrix, { data, height, width }: Image, start: number): void {
  const [a, b, c, d, e, f] = map;
  const { padded } = content;
  const stride = content.right - content.left + 3;
  const origin = (content.top - 1) * stride + content.left - 1;
  const rounding = data instanceof Uint8Array ? WHOLE : 0;
  for (let row = 0, at = start; row < height; row++, at += width) {
    const [rowX, rowY] = [b * row + c, e * row + f];
    const { from, to } = columnsReading(content, a, rowX, d, rowY, width);
    for (let column = from; column < to; column++) {
      const x = a * column + rowX + WHOLE - WHOLE;
      const y = d * column + rowY + WHOLE - WHOLE;
      data[at + column] = padded[y * stride + x - origin]! + rounding - rounding;
    }
  }
}

/** Writes the channel that begins at `start`. */
function sampleBilinear(content: Content, map: InverseMatrix, { data, height, width }: Image, start: number): void {
  const [a, b, c, d, e, f] = map;
  const { padded } = content;
  const stride = content.right - content.left + 3;
  const origin = content.top * stride + content.left;
  const rounding = data instanceof Uint8Array ? WHOLE : 0;
  for (let row = 0, at = start; row < height; row++, at += width) {
    const [rowX, rowY] = [b * row + c, e * row + f];
    const { from, to } = columnsReading(content, a, rowX, d, rowY, width);
    for (let column = from; column < to; column++) {
      // Counted from one pixel before the channel, so that truncation rounds down.
      const x = a * column + rowX + 1;
      const y = d * column + rowY + 1;
      const floorX = x | 0;
      const floorY = y | 0;
      const corner = floorY * stride + floorX - origin;
      const upper = blend(padded[corner]!, padded[corner + 1]!, x - floorX);
      const lower = blend(padded[corner + stride]!, padded[corner + stride + 1]!, x - floorX);
      data[at + column] = blend(upper, lower, y - floorY) + rounding - rounding;
    }
  }
}

function blend(from: number, to: number, part: number): number {
  return from + part * (to - from);
}

/** Columns `from` … `to` − 1 of a row. */
interface Columns {
  from: number;
  to: number;
}

/**
 * The columns of a row whose positions, (a · column + x, d · column + y), are at most one pixel outside the content.
 */
function columnsReading(content: Content, a: number, x: number, d: number, y: number, width: number): Columns {
  const { left, right, top, bottom } = content;
  const columns: Columns = { from: 0, to: width };
  clip(columns, a, x - (left - 1));
  clip(columns, -a, right - x);
  clip(columns, d, y - (top - 1));
  clip(columns, -d, bottom - y);
  return columns;
}

/** Keeps only the columns for which slope · column + start is at least 0. */
function clip(columns: Columns, slope: number, start: number): void {
  const { from, to } = columns;
  const zero = -start / slope;
  if (slope > 0) {
    if (zero > from) columns.from = zero < to ? Math.ceil(zero) : to;
  } else if (slope < 0) {
    if (zero < to - 1) columns.to = zero < from ? from : Math.floor(zero) + 1;
  } else if (start < 0) columns.to = from;
}
