/**
 * How a dataset's images look: how bright they are at the border, and whether they are laid out like MNIST's digits. A run
 * keeps this, so that other images can be made to look alike before the network sees them.
 */
import type { GreyImages } from "./dataset-class.js";

/** How the images of a dataset look. */
export interface Appearance {
  /** The brightness of an image's outermost pixels, from 0 to 1: its mean over all images, and the extremes. */
  readonly border: { readonly mean: number; readonly least: number; readonly most: number };
  /**
   * Whether what is drawn fills a box of 20/28 of the image, and has its centre of mass in the middle, as MNIST's digits
   * do.
   */
  readonly centred: boolean;
}

/** Brightness [H, W]. */
export interface Brightness {
  readonly width: number;
  readonly height: number;
  /** The brightness of each pixel, from 0 to 1, row by row. */
  readonly pixels: ArrayLike<number>;
}

/** What is drawn on a background. */
export interface Ink {
  /** The brightness of the background. */
  readonly background: number;
  /** How far each pixel is from the background towards the ink, where 1 is the ink at its strongest. */
  readonly amounts: Float32Array;
  /** The smallest box that holds the ink. */
  readonly box: Box;
  /** The centre of mass: the column and the row, where the first pixel is at 0. */
  readonly centre: readonly [x: number, y: number];
}

/** A part of an image. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Pixels with less ink than this do not count: noise, and the halo that JPEG leaves around lines. */
const LEAST_INK = 0.2;
/** An image whose darkest and brightest pixels differ by less has no ink. */
const LEAST_CONTRAST = 0.1;
/** The number of images on which the layout is measured. */
const SAMPLES = 200;
/** The share of them that must be laid out like MNIST's. MNIST itself has all of them. */
const MOST = 0.95;

/** The longer side of MNIST's box, in an image of this size. */
export function boxSide(size: number): number {
  return Math.round((size * 20) / 28);
}

/** The mean brightness of an image's outermost pixels. */
export function borderBrightness(image: Brightness): number {
  const border = borderOf(image);
  return border.reduce((sum, x) => sum + x, 0) / border.length;
}

function borderOf({ width, height, pixels }: Brightness): number[] {
  const rows = height > 1 ? [0, height - 1] : [0];
  const columns = width > 1 ? [0, width - 1] : [0];
  const border = rows.flatMap((y) => Array.from({ length: width }, (_, x) => pixels[y * width + x]!));
  for (let y = 1; y < height - 1; y++) for (const x of columns) border.push(pixels[y * width + x]!);
  return border;
}

/** The median of numbers. */
export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
}

/** Finds what is drawn: dark on a light border, or light on a dark one. Undefined if there is nothing. */
export function findInk(image: Brightness): Ink | undefined {
  const { width, height, pixels } = image;
  const background = median(borderOf(image));
  const sign = background < 0.5 ? 1 : -1;
  const amounts = new Float32Array(width * height);
  let strongest = 0;
  for (let i = 0; i < amounts.length; i++) {
    amounts[i] = Math.max(0, sign * (pixels[i]! - background));
    strongest = Math.max(strongest, amounts[i]!);
  }
  if (strongest < LEAST_CONTRAST) return undefined;
  let [left, right, top, bottom] = [width, -1, height, -1];
  let [mass, xs, ys] = [0, 0, 0];
  for (let i = 0; i < amounts.length; i++) {
    const amount = (amounts[i]! /= strongest);
    if (amount < LEAST_INK) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    mass += amount;
    xs += amount * x;
    ys += amount * y;
  }
  const box = { left, top, width: right - left + 1, height: bottom - top + 1 };
  return { background, amounts, box, centre: [xs / mass, ys / mass] };
}

/** Whether ink lies in a square image as MNIST's does, give or take a pixel of 28. */
export function isLaidOut({ box, centre }: Ink, size: number): boolean {
  const pixel = size / 28;
  const isMiddle = centre.every((at) => Math.abs(at - size / 2) <= pixel);
  return isMiddle && Math.abs(Math.max(box.width, box.height) - boxSide(size)) <= pixel;
}

/**
 * Measures how a dataset's images look.
 * @param dataset the images as bytes [N, H, W]
 */
export function measureAppearance(dataset: Pick<GreyImages, "images" | "length" | "width" | "height">): Appearance {
  const { images, length, width, height } = dataset;
  const at = (i: number): Brightness => ({
    width,
    height,
    pixels: Float32Array.from(images.subarray(i * width * height, (i + 1) * width * height), (byte) => byte / 255),
  });
  return { border: measureBorders(dataset), centred: width === height && areLaidOut(length, width, at) };
}

function measureBorders({
  images,
  length,
  width,
  height,
}: Parameters<typeof measureAppearance>[0]): Appearance["border"] {
  const size = width * height;
  const places = borderOf({ width, height, pixels: Int32Array.from({ length: size }, (_, i) => i) });
  let [total, least, most] = [0, Infinity, -Infinity];
  for (let start = 0; start < length * size; start += size) {
    let sum = 0;
    for (const place of places) sum += images[start + place]!;
    const mean = sum / (255 * places.length);
    total += mean;
    least = Math.min(least, mean);
    most = Math.max(most, mean);
  }
  return { mean: total / length, least, most };
}

function areLaidOut(length: number, size: number, image: (i: number) => Brightness): boolean {
  const samples = Math.min(length, SAMPLES);
  let laidOut = 0;
  for (let i = 0; i < samples; i++) {
    const ink = findInk(image(Math.floor((i * length) / samples)));
    if (ink && isLaidOut(ink, size)) laidOut++;
  }
  return laidOut >= MOST * samples;
}
