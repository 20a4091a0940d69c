/**
 * The code of a loop kernel (loop.ts): its loops, and the accumulators of its sums. loop-axes.ts chooses the order of
 * the loops, loop-elements.ts writes the expressions inside them.
 */
import type { Addressing } from "./kernel.js";
import { padToVector } from "./views.js";
import { sizeOf } from "../graph/shape.js";
import type { Local } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import { NarrowAccumulator, repeatInRuns, WideSum, type Accumulator } from "./accumulators.js";
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
/**
 * Sums of more elements than this are long: over the images, within an image, and along vectors. Along vectors each
 * addition waits for the one before it, and meanwhile there is time for float64.
 */
const longSum = { overImages: 256, ofImage: 1024, alongVector: 64 };
/** Shorter ones are long as well if all images have more elements than this: images' sums are usually added up. */
const manyElements = 2 ** 16;

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
    const places = spots.flatMap((spot) => this.kernel.roots.map((root) => ({ spot, root })));
    const totals = this.isLong() ? places.map(({ root }) => this.total(root)) : undefined;
    const sums = range(sets).map(() => places.map(({ root }) => this.narrow(root)));
    const add = (set: number): void => {
      const evaluators = new Map(spots.map((spot) => [spot, this.elements.evaluator(spot)]));
      places.forEach(({ spot, root }, i) => sums[set]![i]!.take(evaluators.get(spot)!(root.value)));
    };
    const pause = totals && ((): void => sums.forEach((set) => set.forEach((sum, i) => sum.moveTo(totals[i]!))));
    this.takeTurns(folded, sets, add, pause);
    const [first, ...others] = sums as [NarrowAccumulator[], ...NarrowAccumulator[][]];
    places.forEach(({ spot, root }, i) => {
      if (!totals) for (const other of others) first[i]!.take(other[i]!.value);
      this.elements.store(root.output, (totals ?? first)[i]!.value, spot);
    });
  }

  /**
   * Emits a reduction over the vector axis itself: each lane has a partial result, and these are combined at the end.
   */
  private reduceAlongVector(folded: readonly number[]): void {
    const totals = this.kernel.roots.map((root) => ({ root, ...this.rowTotal(root) }));
    this.nest(folded, () =>
      this.alongVector(
        (spots) => {
          for (const spot of spots) {
            const evaluate = this.elements.evaluator(spot);
            for (const { root, lanes, rest } of totals) (spot.lanes === 4 ? lanes : rest).take(evaluate(root.value));
          }
        },
        { exact: true },
      ),
    );
    for (const { root, lanes, fold } of totals) {
      fold();
      this.elements.store(root.output, lanes.value, { along: 0, lanes: 1 });
    }
  }

  private rowTotal(root: LoopRoot): RowTotal {
    const isLong = this.terms() > longSum.alongVector && canBeLong(root);
    return isLong ? rowTotal(() => new WideSum(this.b)) : rowTotal(() => this.narrow(root));
  }

  private narrow({ combine, output }: LoopRoot): NarrowAccumulator {
    return new NarrowAccumulator(this.b, combine!, output.buffer.dtype === "int32" ? "i32x4" : "f32x4");
  }

  /** What collects a long sum, or something that is exact in any case. */
  private total(root: LoopRoot): Accumulator {
    return canBeLong(root) ? new WideSum(this.b) : this.narrow(root);
  }

  private isLong(): boolean {
    const { reduced, extent } = this.kernel;
    const terms = this.terms();
    if (terms > longSum.alongVector && terms * extent > manyElements) return true;
    return terms > (reduced.includes(0) ? longSum.overImages : longSum.ofImage);
  }

  /** How many elements each sum has. */
  private terms(): number {
    return sizeOf(this.axes.folded.map((axis) => this.kernel.domain[axis]!));
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

  /**
   * The same, but the body is called with 0, 1, …, `turns` − 1 in turn along the innermost axis. A long sum pauses after
   * each run.
   */
  private takeTurns(axes: readonly number[], turns: number, body: (turn: number) => void, pause?: () => void): void {
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
      repeatInRuns(this.b, Math.floor(inner.extent / turns), () => range(turns).forEach(step), pause);
      range(inner.extent % turns).forEach(step);
      if (inner.extent % turns > 0) pause?.();
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

/** Whether it is a sum in float32. Maxima are exact, and so is int32. */
function canBeLong({ combine, output }: LoopRoot): boolean {
  return combine === "sum" && output.buffer.dtype === "float32";
}

/** What is collected along vectors: in the four lanes, and in the first lane from what is left of an axis. */
interface RowTotal {
  readonly lanes: Accumulator;
  readonly rest: Accumulator;
  /** Combines everything in the first lane. */
  readonly fold: () => void;
}

function rowTotal<A extends Accumulator & { fold(rest: A): void }>(make: () => A): RowTotal {
  const [lanes, rest] = [make(), make()];
  return { lanes, rest, fold: () => lanes.fold(rest) };
}
