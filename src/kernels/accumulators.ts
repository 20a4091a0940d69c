/**
 * Where kernels collect sums and maxima: in locals, which V8 keeps in registers. A long sum is collected in float64. In
 * float32, each addition to a large sum would round away a part of the element, always in the same direction if the
 * elements are alike: the mean of 10⁶ elements of 0.1 would be wrong in the fourth digit. Which sums are long depends on
 * shapes alone, so that results have the same bits for any number of threads.
 */
import { v, type Expr, type Lanes, type Local } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import type { Combine } from "./loop-nest.js";

export interface Accumulator {
  readonly value: Expr;
  /** Takes in a vector of elements, which is evaluated more than once. */
  take(value: Expr): void;
}

/** Four sums or four maxima, in float32 or int32. */
export class NarrowAccumulator implements Accumulator {
  readonly value: Local;
  private readonly start: Expr;

  constructor(
    private readonly b: FunctionBuilder,
    private readonly combine: Combine,
    private readonly lanes: Lanes = "f32x4",
  ) {
    const lowest = lanes === "i32x4" ? -(2 ** 31) : -Infinity;
    this.start = v.const(combine === "sum" ? 0 : lowest, lanes);
    this.value = b.let("v128", "sum", this.start);
  }

  take(value: Expr): void {
    const { lanes } = this;
    const sum = this.combine === "sum" ? v.op(`${lanes}.add`, this.value, value) : v.max(this.value, value, lanes);
    this.b.set(this.value, sum);
  }

  /** Gives what it holds to another accumulator, and starts again. */
  moveTo(total: Accumulator): void {
    total.take(this.value);
    this.b.set(this.value, this.start);
  }

  /** Combines the four lanes, and the first lane of `rest`, in the first lane. */
  fold(rest: NarrowAccumulator): void {
    this.take(v.shuffle(this.value, this.value, [2, 3, 0, 1]));
    this.take(v.shuffle(this.value, this.value, [1, 0, 3, 2]));
    this.take(rest.value);
  }
}

/** Four sums in float64, two in each local. */
export class WideSum implements Accumulator {
  private readonly low: Local;
  private readonly high: Local;

  constructor(private readonly b: FunctionBuilder) {
    this.low = b.let("v128", "low", v.const(0));
    this.high = b.let("v128", "high", v.const(0));
  }

  get value(): Expr {
    const [low, high] = [this.low, this.high].map((half) => v.op("f32x4.demote", half)) as [Expr, Expr];
    return v.shuffle(low, high, [0, 1, 4, 5]);
  }

  take(value: Expr): void {
    this.add(this.low, v.op("f64x2.promote", value));
    this.add(this.high, v.op("f64x2.promote", v.shuffle(value, value, [2, 3, 2, 3])));
  }

  fold(rest: WideSum): void {
    this.add(this.low, this.high);
    this.add(this.low, v.shuffle(this.low, this.low, [2, 3, 0, 1]));
    this.add(this.low, rest.low);
  }

  private add(half: Local, value: Expr): void {
    this.b.set(half, v.op("f64x2.add", half, value));
  }
}

/** How many terms of a long sum may be added in float32. If they are equal, the relative error is at most 5·10⁻⁷. */
const run = 32;

/**
 * Emits so many iterations. If the sums in them are long, `pause` moves them elsewhere after each run and at the end.
 */
export function repeatInRuns(b: FunctionBuilder, rounds: number, body: () => void, pause?: () => void): void {
  if (!pause) return b.repeat(rounds, body);
  const some = (count: number): void => {
    b.repeat(count, body);
    pause();
  };
  b.repeat(Math.floor(rounds / run), () => some(run));
  if (rounds % run > 0) some(rounds % run);
}
