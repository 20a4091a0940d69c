/** The elements inside a loop kernel's loops: loading them, computing with them, and storing the results. */
import { v, type Expr } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import type { LoopCursors } from "./loop-cursors.js";
import type { LoopValue } from "./loop-nest.js";
import type { BufferView } from "./views.js";

/** Where the innermost computation is on the vector axis, and how many lanes count. */
export interface Spot {
  /** Elements from the cursors along the vector axis. */
  readonly along: number;
  readonly lanes: 4 | 1;
}

export class LoopElements {
  constructor(
    private readonly b: FunctionBuilder,
    private readonly cursors: LoopCursors,
  ) {}

  /** Gives the function that computes values at a spot. What several values have in common is computed once. */
  evaluator(spot: Spot): (value: LoopValue) => Expr {
    this.cursors.arrive();
    const known = new Map<LoopValue, Expr>();
    const evaluate = (value: LoopValue): Expr => {
      const present = known.get(value);
      if (present) return present;
      const computed = this.compute(value, spot, evaluate);
      const result = computed.kind === "lanes" ? computed : this.b.hold(computed);
      known.set(value, result);
      return result;
    };
    return evaluate;
  }

  private compute(value: LoopValue, spot: Spot, evaluate: (value: LoopValue) => Expr): Expr {
    switch (value.kind) {
      case "constant":
        return v.const(value.value, value.lanes);
      case "apply":
        return value.vector(value.args.map(evaluate));
      case "load":
        return this.load(value.view, spot);
      case "position": {
        const { first, stride } = this.cursors.position(value.strides, spot.along);
        const lanes = v.ilanes([0, stride, 2 * stride, 3 * stride]);
        const position = v.op("i32x4.add", v.op("i32x4.splat", first), lanes);
        return value.vector(this.b.let("v128", "position", position), value.args.map(evaluate));
      }
    }
  }

  private load(view: BufferView, spot: Spot): Expr {
    const { address, offset, stride } = this.cursors.locate(view, spot.along);
    const form = spot.lanes === 1 ? "lane0" : stride === 0 ? "splat" : "v128";
    return v.load(address, offset, form);
  }

  store(view: BufferView, value: Expr, spot: Spot): void {
    this.cursors.arrive();
    const { address, offset } = this.cursors.locate(view, spot.along);
    this.b.store(address, offset, value, spot.lanes === 1 ? "lane0" : "v128");
  }
}
