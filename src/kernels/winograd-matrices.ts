/**
 * The matrices of Winograd's convolutions, as sums and multiples of vectors. They are Toom and Cook's matrices for the
 * points 0, ±√½, ±√2, ∞ for tiles of 4×4 outputs, and 0, ±½, ±1, ±2, ∞ (Lavin and Gray's) for tiles of 6×6.
 */
import { v, type Expr } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";

const a = Math.SQRT1_2;
const b = Math.SQRT2;

type Row = readonly Expr[];
/** One dimension of a transform. */
type Transform = (row: Row, by: Arithmetic) => Expr[];

/** The arithmetic that transforms are written with: sums and multiples, each result in a local of its own. */
export class Arithmetic {
  private readonly constants = new Map<number, Expr>();

  /** @param factors every number that is multiplied by; they are put into locals here, before the loops */
  constructor(
    private readonly builder: FunctionBuilder,
    factors: readonly number[],
  ) {
    for (const factor of factors) this.constants.set(factor, this.hold(v.const(factor)));
  }

  hold(x: Expr): Expr {
    return this.builder.hold(x);
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

  /** x + y and x − y */
  sumAndDifference(x: Expr, y: Expr): [Expr, Expr] {
    return [this.add(x, y), this.sub(x, y)];
  }

  private factor(value: number): Expr {
    const held = this.constants.get(value);
    if (!held) throw new Error(`${value} is not one of this transform's factors`);
    return held;
  }
}

interface TransformRecord {
  /** How many numbers a row has before and after it. */
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
    const [s1, d1] = by.sumAndDifference(m1!, m2!);
    const [s2, d2] = by.sumAndDifference(m3!, m4!);
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
    const [s1, d1] = by.sumAndDifference(m1!, m2!);
    const [s2, d2] = by.sumAndDifference(m3!, m4!);
    return [
      by.madd(1 / 6, s2, by.madd(-2 / 3, s1, m0!)),
      by.madd((a * -2) / 3, d1, by.scaled(b / 6, d2)),
      by.madd(1 / 3, s2, by.madd(-1 / 3, s1, m5!)),
    ];
  },
};

/** Bᵀ: 8 → 8 */
const largeInput: TransformRecord = {
  inputs: 8,
  outputs: 8,
  factors: [5.25, -4.25, -5, -1.25, 0.25, 4, 0.5, -0.5, 2, -2],
  apply: ([d0, d1, d2, d3, d4, d5, d6, d7], by) => [
    by.madd(5.25, by.sub(d4!, d2!), by.sub(d0!, d6!)),
    ...by.sumAndDifference(by.madd(-4.25, d4!, by.add(d2!, d6!)), by.madd(-4.25, d3!, by.add(d1!, d5!))),
    ...by.pair(0.5, by.madd(-5, d3!, by.madd(4, d5!, d1!)), by.madd(-1.25, d4!, by.madd(0.25, d2!, d6!))),
    ...by.pair(2, by.madd(-1.25, d3!, by.madd(0.25, d5!, d1!)), by.madd(-5, d4!, by.madd(4, d2!, d6!))),
    by.madd(5.25, by.sub(d3!, d5!), by.sub(d7!, d1!)),
  ],
};

/** Aᵀ: 8 → 6 */
const largeOutput: TransformRecord = {
  inputs: 8,
  outputs: 6,
  factors: [2, 4, 8, 16, 32, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32],
  apply: ([m0, m1, m2, m3, m4, m5, m6, m7], by) => {
    const [s1, d1] = by.sumAndDifference(m1!, m2!);
    const [s2, d2] = by.sumAndDifference(m3!, m4!);
    const [s3, d3] = by.sumAndDifference(m5!, m6!);
    return [
      by.add(by.add(m0!, s1), by.add(s2, s3)),
      by.madd(2, d2, by.madd(1 / 2, d3, d1)),
      by.madd(4, s2, by.madd(1 / 4, s3, s1)),
      by.madd(8, d2, by.madd(1 / 8, d3, d1)),
      by.madd(16, s2, by.madd(1 / 16, s3, s1)),
      by.madd(32, d2, by.madd(1 / 32, d3, by.add(d1, m7!))),
    ];
  },
};

/** G: 3 → 8 */
const largeWeight: TransformRecord = {
  inputs: 3,
  outputs: 8,
  factors: [4, -2 / 9, 2 / 9, 1 / 90, 1 / 45, -1 / 45, 8 / 45, 16 / 45, -16 / 45],
  apply: ([w0, w1, w2], by) => [
    w0!,
    ...by.pair(-2 / 9, w1!, by.scaled(-2 / 9, by.add(w0!, w2!))),
    ...by.pair(1 / 45, w1!, by.scaled(1 / 90, by.madd(4, w2!, w0!))),
    ...by.pair(16 / 45, w1!, by.scaled(8 / 45, by.madd(4, w0!, w2!))),
    w2!,
  ],
};

export const transforms = {
  input,
  output,
  weight,
  outputGradient,
  weightGradient,
  largeInput,
  largeOutput,
  largeWeight,
};
export type TransformName = keyof typeof transforms;
