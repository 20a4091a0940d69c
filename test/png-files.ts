/** Writes PNG files of every colour type and depth, and says which pixels they have. */
import { zlibSync } from "fflate";
import { crc32 } from "../src/formats/crc32.js";

export interface PngSpec {
  readonly width: number;
  readonly height: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha. */
  readonly type: 0 | 2 | 3 | 4 | 6;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly interlaced?: boolean;
  /** The samples of all pixels, row by row. */
  readonly samples: readonly number[];
  /** Red, green and blue of each colour, from 0 to 255. */
  readonly palette?: readonly number[];
  /** The samples of the transparent colour, or the alphas of the palette. */
  readonly transparency?: readonly number[];
  /** The filter of each row in turn. */
  readonly filters?: readonly number[];
  /** Other chunks, before the pixels. */
  readonly chunks?: readonly Uint8Array[];
}

export const SAMPLES = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;
/** Depths by colour type. */
export const DEPTHS = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] } as const;

export function chunk(type: string, content: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(Buffer.from(type, "latin1"), 4);
  bytes.set(Uint8Array.from(content), 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

const big = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256);

/** The rows and columns of each pass. */
function passes({ width, height, interlaced }: PngSpec): { xs: number[]; ys: number[] }[] {
  const steps = (start: number, step: number, end: number): number[] =>
    Array.from({ length: Math.max(0, Math.ceil((end - start) / step)) }, (_, i) => start + i * step);
  if (!interlaced) return [{ xs: steps(0, 1, width), ys: steps(0, 1, height) }];
  // The matrix of the recommendation, section 8.2: the pass of each pixel of an 8×8 tile.
  const tile = ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777"];
  const inPass = (pass: number, x: number, y: number): boolean => tile[y % 8]![x % 8] === String(pass);
  return [1, 2, 3, 4, 5, 6, 7].map((pass) => {
    const ys = steps(0, 1, height).filter((y) => steps(0, 1, width).some((x) => inPass(pass, x, y)));
    return { ys, xs: steps(0, 1, width).filter((x) => ys.length > 0 && inPass(pass, x, ys[0]!)) };
  });
}

function packedRow(values: readonly number[], depth: number): number[] {
  if (depth >= 8) return values.flatMap((value) => big(value, depth / 8));
  const bits = values.map((value) => value.toString(2).padStart(depth, "0")).join("");
  return (bits.match(/.{1,8}/g) ?? []).map((byte) => parseInt(byte.padEnd(8, "0"), 2));
}

function filtered(filter: number, row: readonly number[], above: readonly number[], distance: number): number[] {
  return row.map((byte, i) => {
    const [a, b, c] = [row[i - distance] ?? 0, above[i] ?? 0, (i >= distance ? above[i - distance] : 0) ?? 0];
    const p = a + b - c;
    const nearest = [a, b, c].reduce((best, x) => (Math.abs(p - x) < Math.abs(p - best) ? x : best));
    return (byte - ([0, a, b, Math.floor((a + b) / 2), nearest][filter] ?? 0)) & 255;
  });
}

export function encodePng(spec: PngSpec): Uint8Array {
  const { width, height, type, depth, samples, palette, transparency, filters = [0], chunks = [] } = spec;
  const perPixel = SAMPLES[type];
  const lines: number[] = [];
  let rows = 0;
  for (const { xs, ys } of passes(spec)) {
    if (xs.length === 0) continue;
    let above: number[] = [];
    for (const y of ys) {
      const values = xs.flatMap((x) => samples.slice((y * width + x) * perPixel, (y * width + x + 1) * perPixel));
      const row = packedRow(values, depth);
      const filter = filters[rows++ % filters.length]!;
      lines.push(filter, ...filtered(filter, row, above, Math.max(1, (perPixel * depth) >> 3)));
      above = row;
    }
  }
  const header = [...big(width, 4), ...big(height, 4), depth, type, 0, 0, spec.interlaced ? 1 : 0];
  const packed = zlibSync(Uint8Array.from(lines));
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    ...chunks,
    ...(palette ? [chunk("PLTE", palette)] : []),
    ...(transparency ? [chunk("tRNS", type === 3 ? transparency : transparency.flatMap((x) => big(x, 2)))] : []),
    chunk("IDAT", packed.subarray(0, packed.length >> 1)),
    chunk("IDAT", packed.subarray(packed.length >> 1)),
    chunk("IEND", []),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

/** Red, green, blue and alpha of each pixel, from 0 to 1. */
export function pixelsOf({ type, depth, samples, palette, transparency }: PngSpec): number[][] {
  const perPixel = SAMPLES[type];
  return Array.from({ length: samples.length / perPixel }, (_, i) => {
    const values = samples.slice(i * perPixel, (i + 1) * perPixel);
    const parts = values.map((value) => value / (2 ** depth - 1));
    const opaque = transparency && values.every((value, k) => value === transparency[k]) ? 0 : 1;
    if (type === 3) {
      const colour = palette!.slice(3 * values[0]!, 3 * values[0]! + 3);
      return [...colour, transparency?.[values[0]!] ?? 255].map((byte) => byte / 255);
    }
    if (type === 0) return [parts[0]!, parts[0]!, parts[0]!, opaque];
    if (type === 2) return [...parts, opaque];
    return type === 4 ? [parts[0]!, parts[0]!, parts[0]!, parts[1]!] : parts;
  });
}
