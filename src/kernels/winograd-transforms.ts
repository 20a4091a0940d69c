/**
 * The transforms of Winograd's F(4×4,3×3) and F(6×6,3×3) (Lavin and Gray, "Fast Algorithms for Convolutional Neural
 * Networks", arXiv:1509.09308). A 4×4 tile of outputs takes 36 multiplications instead of 144, and a 6×6 tile 64
 * instead of 324.
 *
 *     Y = Aᵀ[(G w Gᵀ) ⊙ (Bᵀ d B)]A        dw = Gᵀ[(A dY Aᵀ) ⊙ (Bᵀ d B)]G
 *
 * d is a tile of inputs, w a 3×3 kernel, and Y a tile of outputs; each number is a vector of channels. The matrices are
 * in winograd-matrices.ts. With 4×4 tiles the worst rounding error is two to three times that of a direct convolution;
 * with the usual points 0, ±1, ±2, ∞ it would be five times as large (docs/performance.md has the measurements). With
 * 6×6 tiles it is about ten times as large again, so these are used only for evaluation and never in training.
 */
import { v, type Expr, type Local } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import type { Shape } from "../graph/shape.js";
import type { ConvolutionGeometry } from "./convolution.js";
import { range } from "./range.js";
import { paddedRows, type BufferView } from "./views.js";
import { Arithmetic, transforms, type TransformName } from "./winograd-matrices.js";

/** One of Winograd's algorithms. */
export interface Scheme {
  /** How many outputs and inputs a tile has along each axis. */
  readonly tile: number;
  readonly patch: number;
  /** How many products a tile takes, which is how many small matrix products a convolution becomes. */
  readonly products: number;
  /** The most tiles that a strip should have: enough to make its loops worthwhile, few enough to stay in the cache. */
  readonly tilesPerStrip: number;
  readonly transforms: { readonly [K in "input" | "output" | "weight"]: TransformName };
}

export const small = scheme(4, 12, { input: "input", output: "output", weight: "weight" });
export const large = scheme(6, 4, { input: "largeInput", output: "largeOutput", weight: "largeWeight" });

function scheme(tile: number, tilesPerStrip: number, names: Scheme["transforms"]): Scheme {
  const patch = tile + 2;
  return { tile, patch, products: patch * patch, tilesPerStrip, transforms: names };
}

/**
 * A tile in memory: the address of its first vector, and the distances in bytes between its rows and between its
 * columns.
 */
export interface Tile {
  readonly at: Local;
  readonly row: number;
  readonly column: number;
}

/** A patch whose elements lie at the same place in each of the matrices, which are `matrix` bytes apart. */
export function acrossMatrices({ patch }: Scheme, at: Local, matrix: number): Tile {
  return { at, row: patch * matrix, column: matrix };
}

/**
 * The distance from one matrix [rows, channels] to the next, in elements: an odd number of cache lines. With a power of
 * two, the elements of a tile, one in each matrix, would share a few of the cache's sets and evict each other.
 */
export function matrixStride(rows: number, channels: number): number {
  return 16 * (Math.ceil((rows * channels) / 16) | 1);
}

/** How many rows and columns at the start of a tile count as 0. */
export interface Skip {
  readonly rows: number;
  readonly columns: number;
}

const nothing: Skip = { rows: 0, columns: 0 };

/** Working memory for the transforms of `count` slices, one slice for each call: [count, vectors of a tile]. */
export function transformMemory({ products }: Scheme, count: number): BufferView {
  return paddedRows("tile", [count, 4 * products], "float32");
}

/** Lines of vectors in memory: the distances in bytes between the vectors of a line, and between lines. */
interface Lines {
  readonly at: Expr;
  readonly step: number;
  readonly line: number;
}

/** Returns, for each line, what is done with the vectors that a pass results in. */
export type Finish = () => (value: Expr) => Expr;

/** Emits one dimension of a transform, applied to `count` lines. */
type Pass = (count: number, from: Lines, to: Lines, options?: { skip?: number; finish?: Finish }) => void;

/** Emits the code that runs once, before the loops, and returns the pass. */
export function preparePass(b: FunctionBuilder, name: TransformName): Pass {
  const { apply, factors, inputs } = transforms[name];
  const by = new Arithmetic(b, factors);
  return (count, from, to, { skip = 0, finish = () => (value: Expr) => value } = {}) => {
    const q = b.let("i32", "q", from.at);
    const p = b.let("i32", "p", to.at);
    b.repeat(count, () => {
      const finished = finish();
      const values = range(inputs).map((i) => (i < skip ? v.const(0) : by.hold(v.load(q, i * from.step))));
      apply(values, by).forEach((value, i) => b.store(p, i * to.step, finished(value)));
      b.increase(q, from.line);
      b.increase(p, to.line);
    });
  };
}

/**
 * Emits what a transform needs before the loops, and returns the function that emits the transform. It is applied to
 * the columns of a tile, and then to the rows of the result. In between, the tile is kept in `scratch`: it has more
 * vectors than there are registers, and V8 would load all of them first and keep them on the stack.
 */
export function prepareTransform(
  b: FunctionBuilder,
  name: TransformName,
  scratch: Local,
): (from: Tile, to: Tile, options?: { skip?: Skip }) => void {
  const { inputs, outputs } = transforms[name];
  const pass = preparePass(b, name);
  const row = 16 * inputs;
  return (from, to, { skip = nothing } = {}) => {
    const columns = { at: v.n.add(from.at, v.int(skip.columns * from.column)), step: from.row, line: from.column };
    const between = { at: v.n.add(scratch, v.int(skip.columns * 16)), step: row, line: 16 };
    pass(inputs - skip.columns, columns, between, { skip: skip.rows });
    const rows = { at: scratch, step: 16, line: row };
    pass(outputs, rows, { at: to.at, step: to.column, line: to.row }, { skip: skip.columns });
  };
}

/** How an image is divided into tiles, and the rows of tiles into strips. */
export interface Tiling {
  readonly columns: number;
  readonly rows: number;
  readonly rowsPerStrip: number;
}

export function tilingOf({ tile, tilesPerStrip }: Scheme, height: number, width: number): Tiling {
  const columns = Math.ceil(width / tile);
  const rows = Math.ceil(height / tile);
  const strips = Math.min(rows, Math.ceil((rows * columns) / tilesPerStrip));
  return { columns, rows, rowsPerStrip: Math.ceil(rows / strips) };
}

/** With fewer channels than this, the transforms cost more than they save. */
const fewestChannels = 8;

/** Whether these kernels can compute a convolution of x [N,I,·,·] to y [N,O,H,W], and are faster than a direct one. */
export function suitsWinograd(geometry: ConvolutionGeometry, xShape: Shape, yShape: Shape): boolean {
  const [, outputs, height, width] = yShape as [number, number, number, number];
  return (
    geometry.kernel.every((k) => k === 3) &&
    geometry.stride.every((s) => s === 1) &&
    geometry.dilation.every((d) => d === 1) &&
    xShape[1]! >= fewestChannels &&
    outputs >= fewestChannels &&
    height >= small.tile &&
    width >= small.tile
  );
}

/** The scheme with the fewest products for images of this size, for when the rounding of larger tiles does no harm. */
export function fewestProducts(height: number, width: number): Scheme {
  const count = (scheme: Scheme): number => {
    const { rows, columns } = tilingOf(scheme, height, width);
    return rows * columns * scheme.products;
  };
  return height >= large.tile && width >= large.tile && count(large) < count(small) ? large : small;
}
