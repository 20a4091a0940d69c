/**
 * The transforms of Winograd's F(4×4,3×3) (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks",
 * arXiv:1509.09308): a 4×4 tile of outputs costs 36 multiplications instead of 144.
 *
 *     Y = Aᵀ[(G w Gᵀ) ⊙ (Bᵀ d B)]A        dw = Gᵀ[(A dY Aᵀ) ⊙ (Bᵀ d B)]G
 *
 * d is a 6×6 tile of inputs, w a 3×3 kernel, Y a 4×4 tile of outputs; each number is a vector of channels. The matrices
 * are those of Toom and Cook for the points 0, ±√½, ±√2 and ∞. With the usual 0, ±1, ±2, ∞ rounding errors are five
 * times as large; with these the worst is twice a direct convolution's (docs/performance.md has the measurements).
 */
import { v, type Expr, type Local } from "../expressions.js";
import type { FunctionBuilder } from "../loops.js";
import type { BufferView } from "../../compiler/views.js";
import { range, type ConvolutionGeometry } from "./convolution.js";

/** Outputs and inputs of a tile, along each axis. */
export const tileSize = 4;
export const patchSize = 6;
/** Products of a tile: as many small matrices a convolution becomes. */
export const products = patchSize * patchSize;

const a = Math.SQRT1_2;
const b = Math.SQRT2;

type Row = readonly Expr[];
/** One dimension of a transform. */
type Transform = (row: Row, by: Arithmetic) => Expr[];

/** What transforms are written with: sums and multiples, every result in a local of its own. */
export class Arithmetic {
  private readonly constants = new Map<number, Expr>();

  /** @param factors every number that will be multiplied with; they are put in locals here, outside the loops */
  constructor(
    private readonly builder: FunctionBuilder,
    factors: readonly number[],
  ) {
    for (const factor of factors) this.constants.set(factor, this.hold(v.const(factor)));
  }

  hold(x: Expr): Expr {
    return this.builder.let("v128", "t", x);
  }

  add(x: Expr, y: Expr): Expr {
    return this.hold(v.add(x, y));
  }

  sub(x: Expr, y: Expr): Expr {
    return this.hold(v.sub(x, y));
  }

  scaled(factor: number, x: Expr): Expr {
    return this.hold(v.mul(this.factor(factor), x));
  }

  /** factor·x + y */
  madd(factor: number, x: Expr, y: Expr): Expr {
    return this.hold(v.madd(this.factor(factor), x, y));
  }

  /** y + factor·x and y − factor·x */
  pair(factor: number, x: Expr, y: Expr): [Expr, Expr] {
    return [this.madd(factor, x, y), this.madd(-factor, x, y)];
  }

  private factor(value: number): Expr {
    const held = this.constants.get(value);
    if (!held) throw new Error(`${value} is not among the factors of this transform`);
    return held;
  }
}

interface TransformRecord {
  /** Numbers that a row of it takes, and gives. */
  readonly inputs: number;
  readonly outputs: number;
  readonly apply: Transform;
  readonly factors: readonly number[];
}

/** Bᵀ: 6 → 6 */
const input: TransformRecord = {
  inputs: 6,
  outputs: 6,
  factors: [-2.5, -2, -0.5, a, -a, b, -b],
  apply: ([d0, d1, d2, d3, d4, d5], by) => [
    by.madd(-2.5, d2!, by.add(d0!, d4!)),
    ...by.pair(a, by.madd(-2, d1!, d3!), by.madd(-2, d2!, d4!)),
    ...by.pair(b, by.madd(-0.5, d1!, d3!), by.madd(-0.5, d2!, d4!)),
    by.madd(-2.5, d3!, by.add(d1!, d5!)),
  ],
};

/** Aᵀ: 6 → 4 */
const output: TransformRecord = {
  inputs: 6,
  outputs: 4,
  factors: [2, 0.5, a, b, a / 2, 2 * b],
  apply: ([m0, m1, m2, m3, m4, m5], by) => {
    const [s1, d1, s2, d2] = [by.add(m1!, m2!), by.sub(m1!, m2!), by.add(m3!, m4!), by.sub(m3!, m4!)];
    return [
      by.add(m0!, by.add(s1, s2)),
      by.madd(a, d1, by.scaled(b, d2)),
      by.madd(0.5, s1, by.scaled(2, s2)),
      by.madd(2 * b, d2, by.madd(a / 2, d1, m5!)),
    ];
  },
};

/** G: 3 → 6 */
const weight: TransformRecord = {
  inputs: 3,
  outputs: 6,
  factors: [0.5, 2, -2 / 3, 1 / 6, (a * 2) / 3, (a * -2) / 3, b / 6, b / -6],
  apply: ([w0, w1, w2], by) => [
    w0!,
    ...by.pair((a * -2) / 3, w1!, by.scaled(-2 / 3, by.madd(0.5, w2!, w0!))),
    ...by.pair(b / 6, w1!, by.scaled(1 / 6, by.madd(2, w2!, w0!))),
    w2!,
  ],
};

/** A: 4 → 6 */
const outputGradient: TransformRecord = {
  inputs: 4,
  outputs: 6,
  factors: [2, 0.5, a, -a, b, -b],
  apply: ([y0, y1, y2, y3], by) => [
    y0!,
    ...by.pair(a, by.madd(0.5, y3!, y1!), by.madd(0.5, y2!, y0!)),
    ...by.pair(b, by.madd(2, y3!, y1!), by.madd(2, y2!, y0!)),
    y3!,
  ],
};

/** Gᵀ: 6 → 3 */
const weightGradient: TransformRecord = {
  inputs: 6,
  outputs: 3,
  factors: [-2 / 3, 1 / 6, (a * -2) / 3, b / 6, -1 / 3, 1 / 3],
  apply: ([m0, m1, m2, m3, m4, m5], by) => {
    const [s1, d1, s2, d2] = [by.add(m1!, m2!), by.sub(m1!, m2!), by.add(m3!, m4!), by.sub(m3!, m4!)];
    return [
      by.madd(1 / 6, s2, by.madd(-2 / 3, s1, m0!)),
      by.madd((a * -2) / 3, d1, by.scaled(b / 6, d2)),
      by.madd(1 / 3, s2, by.madd(-1 / 3, s1, m5!)),
    ];
  },
};

const transforms = { input, output, weight, outputGradient, weightGradient };
export type TransformName = keyof typeof transforms;

/** A tile in memory: the address of its first vector, and the bytes between its rows and between its columns. */
export interface Tile {
  readonly at: Local;
  readonly row: number;
  readonly column: number;
}

/** A 6×6 tile whose elements lie at the same place of matrices that are `matrix` bytes apart. */
export function acrossMatrices(at: Local, matrix: number): Tile {
  return { at, row: patchSize * matrix, column: matrix };
}

/** Rows and columns at the start of a tile that count as 0. */
export interface Skip {
  readonly rows: number;
  readonly columns: number;
}

const nothing: Skip = { rows: 0, columns: 0 };

interface TransformOptions {
  readonly skip?: Skip;
  /** What is done with each vector of the result. */
  readonly finish?: (value: Expr) => Expr;
}

/** Elements of working memory that a transform needs. */
export const transformScratch = 4 * products;

/**
 * A transform made ready outside the loops: `transform(from, to)` applies it to the columns of a tile and then to the
 * rows of what that gives. Between the two the tile lies in `scratch`: 36 vectors are more than there are registers,
 * and V8 would load all of them first and keep them on the stack.
 */
export function prepareTransform(
  builder: FunctionBuilder,
  name: TransformName,
  scratch: Local,
): (from: Tile, to: Tile, options?: TransformOptions) => void {
  const { apply, factors, inputs, outputs } = transforms[name];
  const by = new Arithmetic(builder, factors);
  const row = 16 * inputs;
  return (from, to, { skip = nothing, finish = (value: Expr) => value } = {}) => {
    const q = builder.let("i32", "q", v.n.add(from.at, v.int(skip.columns * from.column)));
    const t = builder.let("i32", "t", v.n.add(scratch, v.int(16 * skip.columns)));
    builder.repeat(inputs - skip.columns, () => {
      const column = range(inputs).map((i) => (i < skip.rows ? v.const(0) : by.hold(v.load(q, i * from.row))));
      apply(column, by).forEach((value, i) => builder.store(t, i * row, value));
      builder.advance(q, from.column);
      builder.advance(t, 16);
    });
    const rows = builder.let("i32", "rows", scratch);
    const p = builder.let("i32", "p", to.at);
    builder.repeat(outputs, () => {
      const values = range(inputs).map((j) => (j < skip.columns ? v.const(0) : by.hold(v.load(rows, 16 * j))));
      apply(values, by).forEach((value, j) => builder.store(p, j * to.column, finish(value)));
      builder.advance(rows, row);
      builder.advance(p, to.row);
    });
  };
}

/** Tiles that a strip should have at most: enough to pay for its loops, few enough to stay in the cache. */
const tilesPerStrip = 12;

/** How an image is cut into tiles, and these into strips of whole rows. */
export interface Tiling {
  readonly columns: number;
  readonly rows: number;
  readonly rowsPerStrip: number;
}

export function tilingOf(height: number, width: number): Tiling {
  const columns = Math.ceil(width / tileSize);
  const rows = Math.ceil(height / tileSize);
  const strips = Math.min(rows, Math.ceil((rows * columns) / tilesPerStrip));
  return { columns, rows, rowsPerStrip: Math.ceil(rows / strips) };
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
    height >= tileSize &&
    width >= tileSize
  );
}
