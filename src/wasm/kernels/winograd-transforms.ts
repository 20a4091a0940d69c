/**
 * The transforms of Winograd's F(2×2,3×3) (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks",
 * arXiv:1509.09308, section 4.1): a 2×2 tile of outputs costs 16 multiplications instead of 36.
 *
 *     Y = Aᵀ[(G w Gᵀ) ⊙ (Bᵀ d B)]A        dw = Gᵀ[(A dY Aᵀ) ⊙ (Bᵀ d B)]G
 *
 * d is a 4×4 tile of inputs, w a 3×3 kernel, Y a 2×2 tile of outputs; each number is a vector of channels.
 */
import { v, type Expr, type Local } from "../expressions.js";
import type { FunctionBuilder } from "../loops.js";
import type { BufferView } from "../../compiler/views.js";
import { range, type ConvolutionGeometry } from "./convolution.js";

type Row = readonly Expr[];
/** One dimension of a transform: as many results as the matrix has rows. */
type Transform = (row: Row) => Expr[];

const half = v.const(0.5);

/** Bᵀ: 4 → 4 */
const input: Transform = ([a, b, c, d]) => [v.sub(a!, c!), v.add(b!, c!), v.sub(c!, b!), v.sub(b!, d!)];
/** Aᵀ: 4 → 2 */
const output: Transform = ([a, b, c, d]) => [v.add(v.add(a!, b!), c!), v.sub(v.sub(b!, c!), d!)];
/** G: 3 → 4 */
const weight: Transform = ([a, b, c]) => [
  a!,
  v.mul(half, v.add(v.add(a!, c!), b!)),
  v.mul(half, v.sub(v.add(a!, c!), b!)),
  c!,
];
/** A: 2 → 4 */
const outputGradient: Transform = ([a, b]) => [a!, v.add(a!, b!), v.sub(a!, b!), v.op("f32x4.neg", b!)];
/** Gᵀ: 4 → 3 */
const weightGradient: Transform = ([a, b, c, d]) => [
  v.add(a!, v.mul(half, v.add(b!, c!))),
  v.mul(half, v.sub(b!, c!)),
  v.add(d!, v.mul(half, v.add(b!, c!))),
];

export const transforms = { input, output, weight, outputGradient, weightGradient };

/** Applies a transform to the columns and then to the rows of a tile; every intermediate stands in a local. */
export function transformTile(b: FunctionBuilder, transform: Transform, tile: readonly Row[]): Expr[][] {
  const held = (x: Expr): Expr => v.get(b.let("v128", "t", x));
  const columns = range(tile[0]!.length).map((j) => transform(tile.map((row) => row[j]!)).map(held));
  const rows = range(columns[0]!.length).map((i) => columns.map((column) => column[i]!));
  return rows.map((row) => transform(row));
}

/** The vectors of a square tile in memory. */
export function loadTile(b: FunctionBuilder, from: Local, size: number, row: number, pixel: number): Expr[][] {
  return range(size).map((i) => range(size).map((j) => v.get(b.let("v128", "d", v.load(from, i * row + j * pixel)))));
}

/** Stores a 4×4 tile as elements of 16 matrices that lie `matrix` bytes apart. */
export function scatterTile(b: FunctionBuilder, to: Local, tile: readonly Row[], matrix: number): void {
  tile.flat().forEach((value, k) => b.store(to, k * matrix, value));
}

/** Reads a 4×4 tile from 16 matrices that lie `matrix` bytes apart. */
export function gatherTile(b: FunctionBuilder, from: Local, matrix: number): Expr[][] {
  return range(4).map((i) => range(4).map((j) => v.get(b.let("v128", "m", v.load(from, (4 * i + j) * matrix)))));
}

/** Tiles that a strip should have: enough to pay for its loops, few enough to stay in the cache. */
const tilesPerStrip = 24;

/** How an image is cut into 2×2 tiles, and these into strips of whole rows. */
export interface Tiling {
  readonly columns: number;
  readonly rows: number;
  readonly rowsPerStrip: number;
}

export function tilingOf(height: number, width: number): Tiling {
  const columns = Math.ceil(width / 2);
  const rows = Math.ceil(height / 2);
  return { columns, rows, rowsPerStrip: Math.min(rows, Math.max(1, Math.round(tilesPerStrip / columns))) };
}

/** Channels from which on the transforms pay. */
const fewestChannels = 8;

/** Whether a convolution of x [N,I,·,·] to y [N,O,H,W] is one that these kernels do, and well. */
export function suitsWinograd(geometry: ConvolutionGeometry, x: BufferView, yShape: readonly number[]): boolean {
  const [, outputs, height, width] = yShape as [number, number, number, number];
  return (
    geometry.kernel.every((k) => k === 3) &&
    geometry.stride.every((s) => s === 1) &&
    geometry.dilation.every((d) => d === 1) &&
    x.shape[1]! >= fewestChannels &&
    outputs >= fewestChannels &&
    height >= 2 &&
    width >= 2 &&
    height * width > 4
  );
}
