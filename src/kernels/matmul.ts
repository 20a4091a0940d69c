/**
 * Matrix products: a [B,M,K] × b [B,K,N] → [B,M,N]. The outer index is the matrix, or the row of a single matrix.
 *
 *     for m, n:  out[m,n] = Σ k  a[m,k] · b[k,n]
 *
 * The last axes of b and out are contiguous. Up to eight vectors of a row of out are computed at a time.
 */
import { byImage, whole, type Access, type Addressing, type Kernel } from "./kernel.js";
import type { BufferView } from "./views.js";
import { v, type Local } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import { range } from "./range.js";
import { longSum, SummedTile } from "./summed-tile.js";

const block = 8;

export class MatmulKernel implements Kernel {
  readonly title: string;
  readonly extent: number;
  readonly cost: number;
  private readonly byRow: boolean;

  constructor(
    private readonly a: BufferView,
    private readonly b: BufferView,
    private readonly output: BufferView,
  ) {
    const [batch, m, n] = output.shape as [number, number, number];
    const k = a.shape[2]!;
    this.byRow = batch === 1;
    this.extent = this.byRow ? m : batch;
    this.title = `matmul ${batch}× ${m}×${k} · ${k}×${n}`;
    this.cost = (batch * m * n * k) / this.extent;
  }

  private get outerAxis(): number {
    return this.byRow ? 1 : 0;
  }
  get reads(): Access[] {
    return [{ view: this.a, outerAxis: this.outerAxis }, this.byRow ? whole(this.b) : byImage(this.b)];
  }
  get writes(): Access[] {
    return [{ view: this.output, outerAxis: this.outerAxis }];
  }

  emit(b: FunctionBuilder, at: Addressing, n: Local): void {
    const [left, right] = this.reads.map((access) => b.let("i32", "p", at.pointer(access, n)));
    const out = b.let("i32", "out", at.pointer(this.writes[0]!, n));
    const vectors = Math.ceil(this.output.shape[2]! / 4);
    b.repeat(this.byRow ? 1 : this.output.shape[1]!, () => {
      for (let first = 0; first < vectors; first += block) {
        this.emitRow(b, left!, right!, out, first, Math.min(block, vectors - first));
      }
      b.increase(left!, 4 * this.a.strides[1]!);
      b.increase(out, 4 * this.output.strides[1]!);
    });
  }

  private emitRow(b: FunctionBuilder, left: Local, right: Local, out: Local, first: number, count: number): void {
    const x = b.let("i32", "x", left);
    const w = b.let("i32", "w", right);
    const terms = this.a.shape[2]!;
    const sums = new SummedTile(b, { rows: 1, columns: count }, terms > longSum);
    sums.repeat(terms, (tile) => {
      // A single row uses each vector only once, so it is loaded where it is used.
      const vectors = range(count).map((column) => v.load(w, 16 * (first + column)));
      tile.accumulate(() => v.load(x, 0, "splat"), vectors);
      b.increase(x, 4 * this.a.strides[2]!);
      b.increase(w, 4 * this.b.strides[1]!);
    });
    // Rows of one element are adjacent: a whole vector would overwrite the next rows, which other calls write.
    const form = this.output.shape[2] === 1 ? "lane0" : "v128";
    sums.finish().store(out, 0, { form, offset: 16 * first });
  }
}
