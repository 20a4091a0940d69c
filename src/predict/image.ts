/**
 * Turns any image into one like MNIST's: H×W pixels, white on black, with one channel from 0 (background) to 1
 * (stroke).
 */
import { decode, type DecodedPng } from "fast-png";
import { ArgumentError, DataError } from "../errors/errors.js";

/** An image as brightness. */
export interface GreyImage {
  /** The width in pixels. */
  readonly width: number;
  /** The height in pixels. */
  readonly height: number;
  /** The brightness of each pixel, from 0 to 1, row by row. */
  readonly pixels: Float32Array;
}

/** An image as a browser's canvas returns it. */
export interface RgbaImage {
  /** The width in pixels. */
  readonly width: number;
  /** The height in pixels. */
  readonly height: number;
  /** Red, green, blue and alpha of each pixel, from 0 to 255, row by row. */
  readonly data: ArrayLike<number>;
}

/**
 * An image in one of several forms: the bytes of a PNG file, a canvas's ImageData, brightness row by row, or rows of
 * numbers from 0 to 1.
 */
export type ImageSource = Uint8Array | RgbaImage | GreyImage | readonly ArrayLike<number>[];

/** A PNG declares its size before its pixels. If it declares more pixels than this, it is not decoded. */
const MAX_PIXELS = 2 ** 24;

export interface DigitImage extends GreyImage {
  /** Whether the image was dark on light and has been inverted. */
  readonly inverted: boolean;
}

/**
 * Converts any image to brightness.
 * @param name the image's name in errors
 * @throws DataError if a PNG cannot be read; ArgumentError if pixels are missing
 */
export function toGrey(source: ImageSource, name = "the image"): GreyImage {
  if (source instanceof Uint8Array) return readPng(source, name);
  if (Array.isArray(source)) return fromRows(source as readonly ArrayLike<number>[], name);
  const image = source as RgbaImage | GreyImage;
  const { width, height } = image;
  const [elements, expected] = "pixels" in image ? [image.pixels, width * height] : [image.data, 4 * width * height];
  if (elements.length !== expected || expected === 0) {
    const got = `${elements.length} for ${width}×${height}`;
    throw new ArgumentError({ op: "predict", problem: `${name} has the wrong size`, expected: `${expected}`, got });
  }
  if ("pixels" in image) return image;
  const { data } = image;
  const pixels = Float32Array.from({ length: width * height }, (_, i) =>
    brightness([data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!, data[4 * i + 3]!], 255),
  );
  return { width, height, pixels };
}

function fromRows(rows: readonly ArrayLike<number>[], name: string): GreyImage {
  const width = rows[0]?.length ?? 0;
  if (width > 0 && rows.every((row) => row.length === width)) {
    return { width, height: rows.length, pixels: Float32Array.from(rows.flatMap((row) => Array.from(row))) };
  }
  throw new ArgumentError({
    op: "predict",
    problem: `${name} must have rows of equal length, with at least one number each`,
  });
}

/**
 * Reads a PNG: grey, palette, RGB or RGBA, with 1 to 16 bits. Transparent pixels are drawn on white.
 * @throws DataError if the bytes are not a readable PNG
 */
export function readPng(bytes: Uint8Array, file: string): GreyImage {
  let png: DecodedPng;
  try {
    checkSize(bytes);
    png = decode(bytes, { checkCrc: true });
  } catch (error) {
    const problem = `${file} cannot be read as PNG: ${(error as Error).message}`;
    throw new DataError({ op: "predict", problem, hint: "pass an image in the PNG format" }, { cause: error });
  }
  const { width, height } = png;
  const pixels = new Float32Array(width * height);
  const at = sampler(png);
  for (let i = 0; i < pixels.length; i++) pixels[i] = at(i % width, Math.floor(i / width));
  return { width, height, pixels };
}

/** The width and height are in the first chunk, at bytes 16 and 20. */
function checkSize(bytes: Uint8Array): void {
  if (bytes.length < 24) return; // too short to be a PNG; the decoder reports that
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width * height > MAX_PIXELS) throw new Error(`${width}×${height} pixels are too many`);
}

/**
 * Returns a function that reads a pixel's brightness. Samples smaller than a byte are packed, and each row starts at a
 * new byte.
 */
function sampler({ width, data, depth, channels, palette }: DecodedPng): (x: number, y: number) => number {
  const stride = depth < 8 ? Math.ceil((width * channels * depth) / 8) : width * channels;
  const sample = (x: number, y: number, channel: number): number => {
    if (depth >= 8) return data[y * stride + x * channels + channel]!;
    const bit = (x * channels + channel) * depth;
    return (data[y * stride + (bit >> 3)]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  };
  if (palette) return (x, y) => brightness(palette[sample(x, y, 0)] ?? [0, 0, 0], 255);
  const colour = Array.from({ length: channels }, (_, channel) => channel);
  return (x, y) =>
    brightness(
      colour.map((channel) => sample(x, y, channel)),
      2 ** depth - 1,
    );
}

/**
 * Computes the brightness of [grey], [grey, alpha], [red, green, blue] or [red, green, blue, alpha] on white, with the
 * weights of ITU-R BT.601.
 */
function brightness(samples: readonly number[], full: number): number {
  const [a, b, c] = samples.map((sample) => sample / full) as [number, number, number];
  const alpha = samples.length % 2 === 0 ? samples[samples.length - 1]! / full : 1;
  const grey = samples.length < 3 ? a : 0.299 * a + 0.587 * b + 0.114 * c;
  return grey * alpha + (1 - alpha);
}

/**
 * Makes an image white on black, centres it in a square, and scales it to `size`×`size` pixels. If its border is
 * bright, the image is dark on light and is inverted.
 */
export function toDigit(image: GreyImage, size: number): DigitImage {
  const inverted = borderBrightness(image) > 0.5;
  const light = inverted ? { ...image, pixels: image.pixels.map((x) => 1 - x) } : image;
  const side = Math.max(image.width, image.height);
  const square = image.width === image.height ? light : centred(light, side);
  return { ...(side === size ? square : resized(square, size)), inverted };
}

function borderBrightness({ width, height, pixels }: GreyImage): number {
  const border = pixels.filter((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x === 0 || y === 0 || x === width - 1 || y === height - 1;
  });
  return border.reduce((sum, x) => sum + x, 0) / border.length;
}

function centred({ width, height, pixels }: GreyImage, side: number): GreyImage {
  const [left, top] = [(side - width) >> 1, (side - height) >> 1];
  const square = new Float32Array(side * side);
  for (let y = 0; y < height; y++) {
    square.set(pixels.subarray(y * width, (y + 1) * width), (y + top) * side + left);
  }
  return { width: side, height: side, pixels: square };
}

/**
 * Resizes bilinearly. When shrinking, it averages all the pixels that fall on a new one, as in Pillow's `resize(…,
 * BILINEAR)`.
 */
function resized({ width, pixels }: GreyImage, size: number): GreyImage {
  const weights = triangles(width, size);
  const rows = new Float32Array(width * size);
  for (let y = 0; y < size; y++) {
    for (const [from, weight] of weights[y]!) {
      for (let x = 0; x < width; x++) rows[y * width + x]! += weight * pixels[from * width + x]!;
    }
  }
  const result = new Float32Array(size * size);
  for (let i = 0; i < result.length; i++) {
    const row = Math.floor(i / size) * width;
    for (const [from, weight] of weights[i % size]!) result[i]! += weight * rows[row + from]!;
  }
  return { width: size, height: size, pixels: result };
}

/** For each new pixel, the old pixels that contribute to it, with their weights. The weights add up to 1. */
function triangles(before: number, after: number): (readonly [from: number, weight: number])[][] {
  const scale = before / after;
  const reach = Math.max(1, scale);
  return Array.from({ length: after }, (_, i) => {
    const centre = (i + 0.5) * scale - 0.5;
    const near = Array.from({ length: before }, (_, from) => [from, 1 - Math.abs(from - centre) / reach] as const);
    const inside = near.filter(([, weight]) => weight > 0);
    const total = inside.reduce((sum, [, weight]) => sum + weight, 0);
    return inside.map(([from, weight]) => [from, weight / total] as const);
  });
}
