/**
 * The code of a loop kernel (loop.ts): which axis vectors lie along, the order of the loops, and the expressions inside.
 */
import type { Addressing } from "./kernel.js";
import { padToVector, type BufferView } from "./views.js";
import { sizeOf } from "../graph/shape.js";
import { v, type Expr, type Local } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import { range } from "./range.js";
import { emitBorder } from "./border.js";
import { LoopCursors } from "./loop-cursors.js";
import type { Combine, LoopNest, LoopValue } from "./loop-nest.js";

/** Accumulators that stay in registers beside what an expression needs. */
const accumulators = 8;
/** Vector registers, of which V8 keeps one to itself. */
const registers = 16;
/** Vectors of the innermost axis that one round computes. */
const unroll = 4;
/** Innermost axes of at most this many vectors are unrolled whole. */
const unrollWhole = 8;
/** Elements a call from which on that pays: below, it only makes a program longer. */
const worthUnrolling = 256;

const oneByOne = { block: 1, whole: 1 };

/** How the innermost computation stands: where in the vector axis, and how many lanes count. */
interface Spot {
  /** Elements from the cursors along the vector axis. */
  readonly along: number;
  readonly lanes: 4 | 1;
}

export class LoopEmitter {
  private readonly inner: number[];
  private readonly vectorAxis: number;
  private readonly cursors: LoopCursors;

  constructor(
    private readonly kernel: LoopNest,
    private readonly b: FunctionBuilder,
    at: Addressing,
    n: Local,
  ) {
    this.inner = kernel.domain.flatMap((extent, axis) => (axis === kernel.outerAxis || extent === 1 ? [] : [axis]));
    this.vectorAxis = this.chooseVectorAxis();
    this.fillBorders(at, n);
    this.cursors = new LoopCursors(kernel, b, at, n, this.vectorAxis);
  }

  emit(): void {
    const { reduced } = this.kernel;
    const kept = this.sorted(this.inner.filter((axis) => !reduced.includes(axis)));
    const folded = this.sorted(this.inner.filter((axis) => reduced.includes(axis)));
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

  private emitReduction(kept: number[], folded: number[]): void {
    const { vectorAxis } = this;
    const outerLoops = kept.filter((axis) => axis !== vectorAxis);
    if (vectorAxis >= 0 && folded.includes(vectorAxis)) {
      this.nest(outerLoops, () => this.reduceAlongVector(folded.filter((axis) => axis !== vectorAxis)));
      return;
    }
    const block = Math.max(1, Math.floor(accumulators / this.kernel.roots.length));
    this.nest(outerLoops, () => this.alongVector((spots) => this.reduceKept(spots, folded), { block, whole: block }));
  }

  /**
   * Accumulators for a few places of a kept axis; the loops over the reduced axes are inside. Where registers are left,
   * elements take turns with several sets of accumulators: an addition need not wait for the one before it, and the
   * shorter sums round less. V8 loads all that a round needs before it adds: where that is more than there are
   * registers, the places take part in several loops one after the other.
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
    const sums = range(sets).map(() => spots.map(() => roots.map((root) => this.accumulator(root.combine!))));
    this.takeTurns(folded, sets, (set) =>
      spots.forEach((spot, s) => {
        const evaluate = this.evaluator(spot);
        roots.forEach((root, r) => {
          const sum = sums[set]![s]![r]!;
          b.set(sum, combined(root.combine!, sum, evaluate(root.value)));
        });
      }),
    );
    spots.forEach((spot, s) =>
      roots.forEach((root, r) => {
        const [first, ...others] = sums.map((set) => set[s]![r]!) as [Local, ...Local[]];
        for (const other of others) b.set(first, combined(root.combine!, first, other));
        this.store(root.output, first, spot);
      }),
    );
  }

  /** The vector axis itself is reduced: four partial results, joined at the end. */
  private reduceAlongVector(folded: readonly number[]): void {
    const { b } = this;
    const lanes = this.kernel.roots.map((root) => this.accumulator(root.combine!));
    const rest = this.kernel.roots.map((root) => this.accumulator(root.combine!));
    this.nest(folded, () =>
      this.alongVector(
        (spots) => {
          for (const spot of spots) {
            const evaluate = this.evaluator(spot);
            this.kernel.roots.forEach((root, r) => {
              const sum = spot.lanes === 4 ? lanes[r]! : rest[r]!;
              b.set(sum, combined(root.combine!, sum, evaluate(root.value)));
            });
          }
        },
        { exact: true },
      ),
    );
    this.kernel.roots.forEach((root, r) => {
      const sum = lanes[r]!;
      b.set(sum, combined(root.combine!, sum, v.shuffle(sum, sum, [2, 3, 0, 1])));
      b.set(sum, combined(root.combine!, sum, v.shuffle(sum, sum, [1, 0, 3, 2])));
      b.set(sum, combined(root.combine!, sum, rest[r]!));
      this.store(root.output, sum, { along: 0, lanes: 1 });
    });
  }

  private accumulator(combine: Combine): Local {
    return this.b.let("v128", "sum", v.const(combine === "sum" ? 0 : -Infinity));
  }

  private storeAll(spots: readonly Spot[]): void {
    for (const spot of spots) {
      const evaluate = this.evaluator(spot);
      const values = this.kernel.roots.map((root) => evaluate(root.value));
      this.kernel.roots.forEach((root, r) => this.store(root.output, values[r]!, spot));
    }
  }

  // Loops -------------------------------------------------------------------------------------------------------

  /** Loops over these axes, outermost first, with every cursor moving along. */
  private nest(axes: readonly number[], body: () => void): void {
    this.cursors.merge(axes).reduceRight((inside, axis) => () => this.loop(axis.extent, axis.moves, inside), body)();
  }

  /** The same, the body called with 0, 1, …, `turns` − 1 in turn along the innermost axis. */
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

  /** Runs the body `rounds` times, moving each cursor by its bytes after each, and back at the end. */
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
   * Walks the vector axis: whole vectors first, a few a round, then single elements for what is left (or one more
   * vector, where everything written is padded). Without a vector axis there is one element.
   */
  private alongVector(
    body: (spots: readonly Spot[]) => void,
    { block = unroll, whole = unrollWhole, exact = false } = {},
  ): void {
    if (this.vectorAxis < 0) return body([{ along: 0, lanes: 1 }]);
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

  // Memory ------------------------------------------------------------------------------------------------------

  private evaluator(spot: Spot): (value: LoopValue) => Expr {
    this.cursors.arrive();
    const known = new Map<LoopValue, Expr>();
    const evaluate = (value: LoopValue): Expr => {
      const present = known.get(value);
      if (present) return present;
      const computed = this.compute(value, spot, evaluate);
      const result = computed.kind === "lanes" ? computed : this.b.let("v128", "t", computed);
      known.set(value, result);
      return result;
    };
    return evaluate;
  }

  private compute(value: LoopValue, spot: Spot, evaluate: (value: LoopValue) => Expr): Expr {
    switch (value.kind) {
      case "constant":
        return v.const(value.value);
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
    const loaded = v.load(address, offset, form);
    return view.buffer.dtype === "int32" ? v.op("f32x4.convert_i32x4_s", loaded) : loaded;
  }

  private store(view: BufferView, value: Expr, spot: Spot): void {
    this.cursors.arrive();
    const { address, offset } = this.cursors.locate(view, spot.along);
    const lanes = view.buffer.dtype === "int32" ? v.op("i32x4.trunc_sat_f32x4_s", value) : value;
    this.b.store(address, offset, lanes, spot.lanes === 1 ? "lane0" : "v128");
  }

  // Choices -----------------------------------------------------------------------------------------------------

  /** An axis on which every view has stride 0 or 1 and at least one has 1; the longest such, a kept one first. */
  private chooseVectorAxis(): number {
    const { domain, reduced } = this.kernel;
    const reads = this.kernel.reads.map((access) => access.view);
    const writes = this.kernel.roots.map((root) => root.output);
    const fits = (axis: number): boolean => {
      const folded = reduced.includes(axis);
      const checked = folded ? reads : [...reads, ...writes];
      if (!checked.every((view) => view.strides[axis] === 0 || view.strides[axis] === 1)) return false;
      if (!folded && !writes.every((view) => view.strides[axis] === 1)) return false;
      return (
        checked.some((view) => view.strides[axis] === 1) && (domain[axis]! >= 4 || writes.every((view) => view.padded))
      );
    };
    const candidates = this.inner.filter(fits);
    const kept = candidates.filter((axis) => !reduced.includes(axis));
    const best = (list: readonly number[]): number =>
      list.reduce((top, axis) => (top < 0 || domain[axis]! > domain[top]! ? axis : top), -1);
    return kept.length > 0 ? best(kept) : best(candidates);
  }

  /** Axes with the widest strides first, by what is written, then by what is read. */
  private sorted(axes: readonly number[]): number[] {
    const lead = this.kernel.roots[0]!.output;
    const read = this.kernel.reads[0]?.view;
    const weight = (axis: number): number =>
      this.kernel.reduced.includes(axis) ? Math.abs(read?.strides[axis] ?? 0) : Math.abs(lead.strides[axis]!);
    return [...axes].sort((x, y) => weight(y) - weight(x) || x - y);
  }
}

function combined(combine: Combine, sum: Expr, value: Expr): Expr {
  return combine === "sum" ? v.add(sum, value) : v.max(sum, value);
}
