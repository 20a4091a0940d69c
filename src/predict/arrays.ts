/** Pixels from numbers in memory: rows, flat arrays and tensors. Each number is checked to be in its range. */
import { ArgumentError } from "../errors/errors.js";
import { shown } from "../errors/shown.js";
import { formatShape } from "../graph/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { MAX_PIXELS, type LayeredPicture, type Picture } from "./picture.js";

/** What an object is, also if it comes from another realm: "Float32Array", "URL". */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

function refuse(problem: string, more: { expected?: string; got?: string; hint?: string } = {}): never {
  throw new ArgumentError({ op: "predict", problem, ...more });
}

/** Numbers of pixels, and how they are laid out. */
interface Samples {
  readonly width: unknown;
  readonly height: unknown;
  /** One number for each pixel, or four: red, green, blue and alpha. */
  readonly data: unknown;
  /** The largest number that is possible, if that is known: 255 for bytes, 1 for brightness. */
  readonly most?: 255 | 1;
}

export function fromSamples({ width, height, data, most }: Samples, name: string): LayeredPicture {
  if (!isSize(width) || !isSize(height) || width * height > MAX_PIXELS) {
    refuse(`${name} has the wrong size`, {
      expected: `a width and a height of at least 1, and at most ${MAX_PIXELS} pixels`,
      got: `${shown(width)}×${shown(height)}`,
    });
  }
  const numbers = isNumbers(data) ? data : refuse(`${name} has no numbers`, { expected: "an array", got: shown(data) });
  const pixels = width * height;
  if (numbers.length !== pixels && numbers.length !== 4 * pixels) {
    refuse(`${name} has the wrong size`, {
      expected: `${4 * pixels} numbers (red, green, blue and alpha of each pixel) or ${pixels} (brightness)`,
      got: `${numbers.length} for ${width}×${height}`,
    });
  }
  const shares = readShares(numbers, most ?? largestOf(numbers, name), name);
  if (shares.length === pixels) return { width, height, channels: 1, pixels: shares };
  const colours = new Float32Array(3 * pixels);
  for (let i = 0; i < pixels; i++) colours.set(shares.subarray(4 * i, 4 * i + 3), 3 * i);
  const alpha = Float32Array.from({ length: pixels }, (_, i) => shares[4 * i + 3]!);
  return { width, height, channels: 3, pixels: colours, alpha };
}

/**
 * The largest number that is possible: 1 in floating point, else that of a byte. Nobody can tell which one is meant by
 * nothing but 0 and 1.
 */
function largestOf(numbers: ArrayLike<number>, name: string): 255 | 1 {
  if (tagOf(numbers).startsWith("Float")) return 1;
  let largest = 0;
  for (let i = 0; i < numbers.length && largest <= 1; i++) largest = Math.max(largest, numbers[i]!);
  if (largest !== 1) return 255;
  return refuse(`${name} has no numbers but 0 and 1, which may be brightness, or bytes that are nearly black`, {
    expected: "bytes up to 255, or brightness as pixels",
    hint: "pass brightness from 0 to 1 as { width, height, pixels }; bytes divided by 255 are brightness",
  });
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

function isNumbers(data: unknown): data is ArrayLike<number> {
  return Array.isArray(data) || (ArrayBuffer.isView(data) && "length" in data);
}

/** Numbers as parts of the largest that is possible. */
function readShares(numbers: ArrayLike<number>, most: number, name: string): Float32Array {
  const shares = new Float32Array(numbers.length);
  for (let i = 0; i < shares.length; i++) {
    const x: unknown = numbers[i];
    if (typeof x !== "number" || !(x >= 0 && x <= most) || (most === 255 && !Number.isInteger(x))) {
      refuse(`${name} has a number out of range at ${i}`, {
        expected: most === 255 ? "integers from 0 to 255" : "brightness from 0 to 1",
        got: shown(x),
        hint: hintFor(x, most),
      });
    }
    shares[i] = x / most;
  }
  return shares;
}

function hintFor(x: unknown, most: number): string {
  if (typeof x !== "number") return "pass one number for each pixel";
  if (most === 255) return "pass numbers from 0 to 1 as { width, height, pixels }";
  if (x > 1 && Number.isInteger(x)) return "divide bytes by 255";
  return "pass pixels as they are before they are normalised: predict does that; for a normalised batch, call the model";
}

/** [H, W], or [C, H, W], or a batch of one image. */
export function fromTensor(tensor: Tensor, name: string): Picture {
  const all = tensor.shape;
  const shape = all.length === 4 && all[0] === 1 ? all.slice(1) : all;
  const [channels, height, width] = shape.length === 2 ? [1, ...shape] : shape;
  if (shape.length > 3 || (channels !== 1 && channels !== 3) || !height || !width) {
    refuse(`${name} is a tensor ${formatShape(all)}`, {
      expected: "one image: [H,W], [1,H,W] or [3,H,W]",
      hint: all.length === 4 ? "pass one image of the batch, or call the model with the whole batch" : "reshape it",
    });
  }
  const planes = readShares(tensor.data(), 1, name);
  const pixels = new Float32Array(planes.length);
  const size = height * width;
  for (let i = 0; i < size; i++) for (let c = 0; c < channels; c++) pixels[i * channels + c] = planes[c * size + i]!;
  return { width, height, channels, pixels };
}

/** Rows of numbers from 0 to 1. */
export function fromRows(rows: readonly unknown[], name: string): Picture {
  if (typeof rows[0] === "number") {
    refuse(`${name} is one row of ${rows.length} numbers`, {
      expected: "rows of numbers, [[…], […]]",
      hint: "say its size: predict({ width: 28, height: 28, pixels })",
    });
  }
  const width = isNumbers(rows[0]) ? rows[0].length : 0;
  if (width === 0 || !rows.every((row) => isNumbers(row) && row.length === width)) {
    refuse(`${name} must have rows of equal length, with at least one number each`);
  }
  const numbers = (rows as readonly ArrayLike<number>[]).flatMap((row) => Array.from(row));
  if (numbers.some((x) => typeof x === "object")) {
    refuse(`${name} has rows of rows`, {
      expected: "rows of numbers",
      hint: "for colours, pass a tensor: predict(tensor(rows)), of [3,H,W]",
    });
  }
  return { width, height: rows.length, channels: 1, pixels: readShares(numbers, 1, name) };
}
