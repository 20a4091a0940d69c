/**
 * The code of a loop kernel (loop.ts): its loops, and the accumulators of its sums. loop-axes.ts chooses the order of
 * the loops, loop-elements.ts writes the expressions inside them.
 */
import type { Addressing } from "./kernel.js";
import { padToVector } from "./views.js";
import { sizeOf } from "../graph/shape.js";
import { v, type Expr, type Lanes, type Local } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import { range } from "./range.js";
import { emitBorder } from "./border.js";
import { chooseAxes, type LoopAxes } from "./loop-axes.js";
import { LoopCursors } from "./loop-cursors.js";
import { LoopElements, type Spot } from "./loop-elements.js";
import type { LoopNest, LoopRoot } from "./loop-nest.js";

/** How many accumulators fit into registers along with what an expression needs. */
const accumulators = 8;
/** How many vector registers there are; V8 reserves one of them. */
const registers = 16;
/** How many vectors of the innermost axis an iteration computes. */
const unroll = 4;
/** Innermost axes of at most so many vectors are unrolled completely. */
const unrollWhole = 8;
/** Calls with fewer elements are not unrolled: that would only make the program longer. */
const worthUnrolling = 256;

const oneByOne = { block: 1, whole: 1 };

export class LoopEmitter {
  private readonly axes: LoopAxes;
  private readonly vectorAxis: number | undefined;
  private readonly cursors: LoopCursors;
  private readonly elements: LoopElements;

  constructor(
    private readonly kernel: LoopNest,
    private readonly b: FunctionBuilder,
    at: Addressing,
    n: Local,
  ) {
    this.axes = chooseAxes(kernel);
    this.vectorAxis = this.axes.vector;
    this.fillBorders(at, n);
    this.cursors = new LoopCursors(kernel, b, at, n, this.vectorAxis);
    this.elements = new LoopElements(b, this.cursors);
  }

  emit(): void {
    const { kept, folded } = this.axes;
    if (this.kernel.roots.some((root) => root.combine)) this.emitReduction(kept, folded);
    else
      this.nest(
        kept.filter((axis) => axis !== this.vectorAxis),
        () => this.alongVector((spots) => this.storeAll(spots), this.isShort() ? oneByOne : {}),
      );
  }

  private isShort(): boolean {
    const { domain, extent } = this.kernel;
    return sizeOf(domain) / extent < worthUnrolling;
  }

  private fillBorders(at: Addressing, n: Local): void {
    const { roots, outerAxis } = this.kernel;
    for (const { border } of roots) {
      if (border) emitBorder(this.b, border, at.pointer({ view: border.around, outerAxis }, n), outerAxis);
    }
  }

  // Structure ---------------------------------------------------------------------------------------------------

  private emitReduction(kept: readonly number[], folded: readonly number[]): void {
    const { vectorAxis } = this;
    const outerLoops = kept.filter((axis) => axis !== vectorAxis);
    if (vectorAxis !== undefined && folded.includes(vectorAxis)) {
      this.nest(outerLoops, () => this.reduceAlongVector(folded.filter((axis) => axis !== vectorAxis)));
      return;
    }
    const block = Math.max(1, Math.floor(accumulators / this.kernel.roots.length));
    this.nest(outerLoops, () => this.alongVector((spots) => this.reduceKept(spots, folded), { block, whole: block }));
  }

  /**
   * Emits accumulators for a few places of a kept axis, with the loops over the reduced axes inside. If there are
   * registers left, elements take turns with several sets of accumulators: then an addition does not have to wait for
   * the previous one, and shorter sums round less. V8 loads everything that an iteration needs before it adds. If that
   * would take more registers than there are, the places are divided among several loops, one after the other.
   */
  private reduceKept(spots: readonly Spot[], folded: readonly number[]): void {
    const { roots, reads } = this.kernel;
    const sets = Math.max(1, Math.floor(accumulators / (spots.length * roots.length)));
    const most = Math.max(1, Math.floor(registers / (sets * (roots.length + reads.length))));
    const size = Math.ceil(spots.length / Math.ceil(spots.length / most));
    for (let from = 0; from < spots.length; from += size) this.reduce(spots.slice(from, from + size), sets, folded);
  }

  private reduce(spots: readonly Spot[], sets: number, folded: readonly number[]): void {
    const { b } = this;
    const { roots } = this.kernel;
    const sums = range(sets).map(() => spots.map(() => roots.map((root) => this.accumulator(root))));
    this.takeTurns(folded, sets, (set) =>
      spots.forEach((spot, s) => {
        const evaluate = this.elements.evaluator(spot);
        roots.forEach((root, r) => {
          const sum = sums[set]![s]![r]!;
          b.set(sum, combined(root, sum, evaluate(root.value)));
        });
      }),
    );
    spots.forEach((spot, s) =>
      roots.forEach((root, r) => {
        const [first, ...others] = sums.map((set) => set[s]![r]!) as [Local, ...Local[]];
        for (const other of others) b.set(first, combined(root, first, other));
        this.elements.store(root.output, first, spot);
      }),
    );
  }

  /**
   * Emits a reduction over the vector axis itself: each lane has a partial result, and these are combined at the end.
   */
  private reduceAlongVector(folded: readonly number[]): void {
    const { b } = this;
    const lanes = this.kernel.roots.map((root) => this.accumulator(root));
    const rest = this.kernel.roots.map((root) => this.accumulator(root));
    this.nest(folded, () =>
      this.alongVector(
        (spots) => {
          for (const spot of spots) {
            const evaluate = this.elements.evaluator(spot);
            this.kernel.roots.forEach((root, r) => {
              const sum = spot.lanes === 4 ? lanes[r]! : rest[r]!;
              b.set(sum, combined(root, sum, evaluate(root.value)));
            });
          }
        },
        { exact: true },
      ),
    );
    this.kernel.roots.forEach((root, r) => {
      const sum = lanes[r]!;
      b.set(sum, combined(root, sum, v.shuffle(sum, sum, [2, 3, 0, 1])));
      b.set(sum, combined(root, sum, v.shuffle(sum, sum, [1, 0, 3, 2])));
      b.set(sum, combined(root, sum, rest[r]!));
      this.elements.store(root.output, sum, { along: 0, lanes: 1 });
    });
  }

  private accumulator(root: LoopRoot): Local {
    const lanes = lanesOfRoot(root);
    const lowest = lanes === "i32x4" ? -(2 ** 31) : -Infinity;
    return this.b.let("v128", "sum", v.const(root.combine === "sum" ? 0 : lowest, lanes));
  }

  private storeAll(spots: readonly Spot[]): void {
    for (const spot of spots) {
      const evaluate = this.elements.evaluator(spot);
      const values = this.kernel.roots.map((root) => evaluate(root.value));
      this.kernel.roots.forEach((root, r) => this.elements.store(root.output, values[r]!, spot));
    }
  }

  // Loops -------------------------------------------------------------------------------------------------------

  /** Emits loops over these axes, outermost first, along which every cursor moves. */
  private nest(axes: readonly number[], body: () => void): void {
    this.cursors.merge(axes).reduceRight((inside, axis) => () => this.loop(axis.extent, axis.moves, inside), body)();
  }

  /** The same, but the body is called with 0, 1, …, `turns` − 1 in turn along the innermost axis. */
  private takeTurns(axes: readonly number[], turns: number, body: (turn: number) => void): void {
    const merged = this.cursors.merge(axes);
    const inner = merged.pop();
    if (!inner) return body(0);
    const step = (turn: number): void => {
      body(turn);
      this.cursors.move(inner.moves, 1);
      this.cursors.arrive();
    };
    const walk = (): void => {
      this.cursors.arrive();
      this.b.repeat(Math.floor(inner.extent / turns), () => range(turns).forEach(step));
      range(inner.extent % turns).forEach(step);
      this.cursors.move(inner.moves, -inner.extent);
    };
    merged.reduceRight((inside, axis) => () => this.loop(axis.extent, axis.moves, inside), walk)();
  }

  /** Emits a loop of so many iterations. After each one every cursor moves, and at the end it moves back. */
  private loop(rounds: number, moves: readonly number[], body: () => void): void {
    if (rounds === 1) return body();
    this.cursors.arrive();
    this.b.repeat(rounds, () => {
      body();
      this.cursors.move(moves, 1);
      this.cursors.arrive();
    });
    this.cursors.move(moves, -rounds);
  }

  /**
   * Walks the vector axis: first whole vectors, a few in each iteration, then single elements for the rest, or one more
   * vector if everything that is written is padded. Without a vector axis there is one element.
   */
  private alongVector(
    body: (spots: readonly Spot[]) => void,
    { block = unroll, whole = unrollWhole, exact = false } = {},
  ): void {
    if (this.vectorAxis === undefined) return body([{ along: 0, lanes: 1 }]);
    const extent = this.kernel.domain[this.vectorAxis]!;
    const mayPad = !exact && this.kernel.roots.every((root) => root.output.padded);
    const vectors = mayPad ? padToVector(extent) / 4 : Math.floor(extent / 4);
    const step = vectors <= whole ? Math.max(vectors, 1) : block;
    const rounds = Math.floor(vectors / step);
    const spots = (count: number, from: number, lanes: 4 | 1): Spot[] =>
      Array.from({ length: count }, (_, i) => ({ along: from + i * lanes, lanes }));
    if (rounds > 0) this.loop(rounds, this.cursors.moves(this.vectorAxis, 4 * step), () => body(spots(step, 0, 4)));
    const left = vectors - rounds * step;
    if (left > 0) body(spots(left, 4 * rounds * step, 4));
    const single = mayPad ? 0 : extent - 4 * vectors;
    for (let i = 0; i < single; i++) body(spots(1, 4 * vectors + i, 1));
  }
}

function combined(root: LoopRoot, sum: Expr, value: Expr): Expr {
  const lanes = lanesOfRoot(root);
  return root.combine === "sum" ? v.op(`${lanes}.add`, sum, value) : v.max(sum, value, lanes);
}

function lanesOfRoot({ output }: LoopRoot): Lanes {
  return output.buffer.dtype === "int32" ? "i32x4" : "f32x4";
}
