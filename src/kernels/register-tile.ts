/**
 * A tile of accumulators that stay in registers, the innermost part of every matrix product:
 *
 *     for each step of the sum:  for row, column:  sum[row, column] += x[row] · w[column]
 *
 * x[row] is one number in all lanes, w[column] a vector, and each sum is a vector.
 */
import { v, type Expr, type Local } from "../wasm/expressions.js";
import type { FunctionBuilder, StoreForm } from "../wasm/loops.js";
import type { Accumulator } from "./accumulators.js";
import { range } from "./range.js";

export interface TileShape {
  readonly rows: number;
  /** Vectors. */
  readonly columns: number;
}

/**
 * The shape of a tile for rows of so many vectors. With 2×4, 2×3, 4×2 and 8×1 accumulators V8 spills none of them; with
 * 12 it does.
 */
export function tileShape(vectors: number): TileShape {
  if (vectors % 4 === 0) return { rows: 2, columns: 4 };
  if (vectors % 3 === 0) return { rows: 2, columns: 3 };
  if (vectors % 2 === 0) return { rows: 4, columns: 2 };
  return { rows: 8, columns: 1 };
}

interface StoreOptions {
  readonly finish?: (sum: Local) => Expr;
  readonly form?: StoreForm;
  readonly offset?: number;
}

export class RegisterTile {
  private readonly sums: readonly (readonly Local[])[];

  /** @param start what the sums of a column start from */
  constructor(
    private readonly b: FunctionBuilder,
    private readonly shape: TileShape,
    start: (column: number) => Expr = () => v.const(0),
  ) {
    const { rows, columns } = shape;
    this.sums = range(rows).map(() => range(columns).map((column) => b.let("v128", "sum", start(column))));
  }

  /** Loads one vector for each column, which all rows use. */
  columns(load: (column: number) => Expr): Local[] {
    return range(this.shape.columns).map((column) => this.b.let("v128", "w", load(column)));
  }

  /** One step of the sums. */
  accumulate(x: (row: number) => Expr, w: readonly Expr[]): void {
    this.sums.forEach((row, i) => {
      const value = this.b.let("v128", "x", x(i));
      row.forEach((sum, column) => this.b.set(sum, v.madd(value, w[column]!, sum)));
    });
  }

  /** Writes the sums, each finished by `finish`, from `offset` on to rows that are `rowBytes` apart. */
  store(
    to: Local,
    rowBytes: number,
    { finish = (sum: Local): Expr => sum, form = "v128", offset = 0 }: StoreOptions = {},
  ): void {
    this.forEach(rowBytes, (sum, place) => this.b.store(to, offset + place, finish(sum), form));
  }

  /** Adds the sums to those in memory. */
  addTo(to: Local, rowBytes: number): void {
    this.forEach(rowBytes, (sum, offset) => this.b.store(to, offset, v.add(v.load(to, offset), sum)));
  }

  /** Adds each sum to its total, row by row, and starts again from 0. */
  moveTo(totals: readonly Accumulator[]): void {
    this.sums.flat().forEach((sum, i) => {
      totals[i]!.take(sum);
      this.b.set(sum, v.const(0));
    });
  }

  /** Continues from these totals, row by row. */
  setTo(totals: readonly Accumulator[]): void {
    this.sums.flat().forEach((sum, i) => this.b.set(sum, totals[i]!.value));
  }

  private forEach(rowBytes: number, visit: (sum: Local, offset: number) => void): void {
    this.sums.forEach((row, i) => row.forEach((sum, column) => visit(sum, i * rowBytes + 16 * column)));
  }
}
