/**
 * The pointers of a loop kernel's code (loop-emitter.ts). All views of a buffer that have the same strides share one,
 * and positions have counters. The pointers move along with the loops. A move is emitted only when something is about
 * to be read or written, or when a loop begins or ends. So a move back and the next move forward become one, and none
 * is left over at the end of the function.
 */
import type { Addressing } from "./kernel.js";
import type { BufferView } from "./views.js";
import { v, type Expr, type Local } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import type { LoopNest, LoopValue } from "./loop-nest.js";

interface Cursor {
  readonly local: Local;
  readonly strides: readonly number[];
  /** How far a step of one element is: 4 bytes, or 1 for a position. */
  readonly unit: number;
}

/** How far a view's elements are from its cursor, and from each other along the vector axis. Both are in elements. */
interface Seat {
  readonly cursor: Cursor;
  readonly start: number;
  readonly stride: number;
}

/** An axis of the domain, or several axes that all cursors can walk as one. */
interface Axis {
  readonly extent: number;
  /** How far each cursor moves, in bytes; positions, in elements. */
  readonly moves: readonly number[];
}

export class LoopCursors {
  private readonly all: Cursor[] = [];
  private readonly seats = new Map<BufferView, Seat>();
  private readonly positions = new Map<string, Cursor>();
  /** How far each cursor has yet to move. */
  private readonly pending: number[] = [];

  /** Sets all cursors to where the part of the outer index `n` begins. */
  constructor(
    private readonly kernel: LoopNest,
    private readonly b: FunctionBuilder,
    at: Addressing,
    n: Local,
    private readonly vectorAxis: number | undefined,
  ) {
    this.openViews(at, n);
    for (const root of kernel.roots) this.openPositions(root.value, n, new Set());
  }

  private openViews(at: Addressing, n: Local): void {
    const groups = new Map<string, BufferView[]>();
    for (const { view } of [...this.kernel.reads, ...this.kernel.writes]) {
      const key = `${view.buffer.id}:${this.strides(view).join()}`;
      groups.set(key, [...(groups.get(key) ?? []), view]);
    }
    for (const group of groups.values()) {
      const first = group.reduce((least, view) => (view.offset < least.offset ? view : least));
      const pointer = at.pointer({ view: first, outerAxis: this.kernel.outerAxis }, n);
      const local = this.b.let("i32", first.buffer.name, pointer);
      const cursor = { local, strides: this.strides(first), unit: 4 };
      this.all.push(cursor);
      const stride = this.vectorAxis === undefined ? 0 : cursor.strides[this.vectorAxis]!;
      for (const view of group) this.seats.set(view, { cursor, start: view.offset - first.offset, stride });
    }
  }

  /** Positions start at the first one of the outer index. */
  private openPositions(value: LoopValue, n: Local, seen: Set<LoopValue>): void {
    if (seen.has(value) || value.kind === "load" || value.kind === "constant") return;
    seen.add(value);
    if (value.kind === "position" && !this.positions.has(value.strides.join())) {
      const { outerAxis } = this.kernel;
      const start = outerAxis === undefined ? v.int(0) : v.n.scale(n, value.strides[outerAxis]!);
      const cursor = { local: this.b.let("i32", "at", start), strides: value.strides, unit: 1 };
      this.all.push(cursor);
      this.positions.set(value.strides.join(), cursor);
    }
    value.args.forEach((arg) => this.openPositions(arg, n, seen));
  }

  /** The strides that count. Along a reduced axis, outputs do not move. */
  private strides(view: BufferView): readonly number[] {
    const { reduced, roots } = this.kernel;
    if (!roots.some((root) => root.output === view)) return view.strides;
    return view.strides.map((stride, axis) => (reduced.includes(axis) ? 0 : stride));
  }

  /** Where a view's element is that lies `along` elements further along the vector axis. */
  locate(view: BufferView, along: number): { address: Local; offset: number; stride: number } {
    const { cursor, start, stride } = this.seats.get(view)!;
    return { address: cursor.local, offset: 4 * (start + along * stride), stride };
  }

  /** The position in a tensor of these strides, and how far the next lane's position is from it. */
  position(strides: readonly number[], along: number): { first: Expr; stride: number } {
    const stride = this.vectorAxis === undefined ? 0 : strides[this.vectorAxis]!;
    return { first: v.n.add(this.positions.get(strides.join())!.local, v.int(along * stride)), stride };
  }

  /** How far each cursor moves in so many steps along an axis. */
  moves(axis: number, steps: number): number[] {
    return this.all.map((cursor) => cursor.strides[axis]! * cursor.unit * steps);
  }

  /** Merges adjacent axes that every cursor can walk as one. */
  merge(axes: readonly number[]): Axis[] {
    const merged: Axis[] = [];
    for (const axis of axes) {
      const extent = this.kernel.domain[axis]!;
      const moves = this.moves(axis, 1);
      const last = merged[merged.length - 1];
      if (last && moves.every((move, i) => last.moves[i] === move * extent)) {
        merged[merged.length - 1] = { extent: last.extent * extent, moves };
      } else merged.push({ extent, moves });
    }
    return merged;
  }

  /** Notes that each cursor moves so many times. */
  move(moves: readonly number[], times: number): void {
    moves.forEach((bytes, i) => (this.pending[i] = (this.pending[i] ?? 0) + times * bytes));
  }

  /** Emits the moves that are still to be made. */
  arrive(): void {
    if (this.pending.length === 0) return;
    this.all.forEach((cursor, i) => this.b.increase(cursor.local, this.pending[i] ?? 0));
    this.pending.length = 0;
  }
}
