/**
 * A register tile for sums that may be long. If they are, runs of them are added in the tile, and
 * the runs' sums in float64 beside it.
 */
import { v, type Expr } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import { repeatInRuns, WideSum } from "./accumulators.js";
import { range } from "./range.js";
import { RegisterTile, type TileShape } from "./register-tile.js";

/** Sums of more products than this are long. */
export const longSum = 4096;

export class SummedTile {
  private readonly tile: RegisterTile;
  private readonly totals: readonly WideSum[] | undefined;

  /**
   * @param isLong whether the sums are long
   * @param start what the sums of a column start from
   */
  constructor(
    private readonly b: FunctionBuilder,
    shape: TileShape,
    isLong: boolean,
    start: (column: number) => Expr = () => v.const(0),
  ) {
    this.tile = new RegisterTile(b, shape, start);
    if (isLong) this.totals = range(shape.rows * shape.columns).map(() => new WideSum(b));
  }

  /** Emits so many of the sums' steps, each of which adds to the tile. */
  repeat(steps: number, step: (tile: RegisterTile) => void): void {
    const { b, tile, totals } = this;
    repeatInRuns(b, steps, () => step(tile), totals && (() => tile.moveTo(totals)));
  }

  /** The tile with the whole sums, once all steps have been emitted. */
  finish(): RegisterTile {
    if (this.totals) this.tile.setTo(this.totals);
    return this.tile;
  }
}
