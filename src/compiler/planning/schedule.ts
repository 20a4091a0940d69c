/**
 * The schedule: which kernels run together. A program is a prologue and a list of stages; a stage runs its parallel
 * kernels over their outer indices, image by image, on all threads, then a barrier, then its serial kernels on one
 * thread. A kernel may share a stage with one that it depends on only if each of its calls needs nothing but what
 * the other wrote for the same outer index. In a program that changes no variable, small kernels that read nothing else
 * (they pack weights, transform them, take roots of running variances) stand before all that: their results are kept.
 */
import { shapesEqual } from "../../graph/shape.js";
import { LoopKernel } from "../../kernels/loop.js";
import type { Access, Kernel } from "../../kernels/kernel.js";
import type { Buffer, BufferView } from "../../kernels/views.js";

/** The stage of kernels whose results are kept. */
export const keptStage = -2;
/** A kernel of more elementary operations is work for all threads in each run. */
const largestKept = 2 ** 20;

export interface Placed {
  readonly kernel: Kernel;
  /** The stage; -1 for the prologue, -2 for what is kept. */
  readonly stage: number;
  readonly parallel: boolean;
  /** Counts up in the order in which kernels of a stage run. */
  readonly order: number;
}

export interface Use {
  readonly placed: Placed;
  readonly access: Access;
}

export class Schedule {
  readonly placed: Placed[] = [];
  private readonly writers = new Map<Buffer, Use[]>();
  private readonly readers = new Map<Buffer, Use[]>();
  /** Buffers that some run's own kernel writes, though others' results in them may be kept. */
  private readonly changing = new Set<Buffer>();

  /** @param steady buffers that hold the same in each run, to which this adds what is kept; undefined: nothing is */
  constructor(private readonly steady: Set<Buffer> | undefined) {}

  /**
   * Places a kernel after all that it reads, and after all readers of what it overwrites.
   * @param after what else is to be written before: the kernel's result is wanted no sooner
   */
  place(kernel: Kernel, after: readonly Access[] = []): Placed {
    const { stage, parallel } = this.earliest(kernel, after);
    const placed = { kernel, stage, parallel, order: this.placed.length };
    this.placed.push(placed);
    this.record(placed, kernel.reads, kernel.writes);
    return placed;
  }

  /** Notes what a placed kernel has come to read and write since. */
  record(placed: Placed, reads: readonly Access[], writes: readonly Access[]): void {
    for (const access of reads) append(this.readers, access.view.buffer, { placed, access });
    for (const access of writes) {
      const { buffer } = access.view;
      append(this.writers, buffer, { placed, access });
      if (placed.stage !== keptStage) this.changing.add(buffer);
      if (this.changing.has(buffer)) this.steady?.delete(buffer);
      else this.steady?.add(buffer);
    }
  }

  /** The stage a kernel would get, and whether it would continue one that is open anyway. */
  earliest(kernel: Kernel, after: readonly Access[] = []): { stage: number; parallel: boolean; continues: boolean } {
    if (this.isKept(kernel)) return { stage: keptStage, parallel: false, continues: false };
    const parallel = kernel.extent > 1;
    let stage = parallel ? 0 : -1;
    let last = -1;
    this.forEachUse(
      { writes: kernel.writes, reads: [...kernel.reads, ...after] },
      ({ placed, access: earlier }, access) => {
        last = Math.max(last, placed.stage);
        if (placed.stage < stage) return;
        const same = !parallel || (placed.parallel && aligned(earlier, access, kernel.extent, placed.kernel.extent));
        stage = same ? placed.stage : placed.stage + 1;
      },
    );
    return { stage, parallel, continues: parallel && stage === last };
  }

  private isKept(kernel: Kernel): boolean {
    const { steady } = this;
    if (!steady || kernel.extent * kernel.cost > largestKept) return false;
    return kernel.reads.every((access) => steady.has(access.view.buffer));
  }

  /** A kernel of this stage into which the candidate can be merged: same loops, and nothing that it needs comes later. */
  mergeable(candidate: LoopKernel, stage: number, parallel: boolean): Placed | undefined {
    let latest = -1;
    this.forEachUse(candidate, ({ placed }) => {
      if (placed.stage === stage && placed.parallel === parallel) latest = Math.max(latest, placed.order);
    });
    return this.placed.find(
      (other) =>
        other.stage === stage &&
        other.parallel === parallel &&
        other.order > latest &&
        other.kernel instanceof LoopKernel &&
        sameLoops(other.kernel, candidate),
    );
  }

  /** Visits every earlier use that this kernel must come after, with the kernel's own access. */
  private forEachUse(kernel: Pick<Kernel, "reads" | "writes">, visit: (use: Use, access: Access) => void): void {
    const visitAll = (accesses: readonly Access[], uses: ReadonlyMap<Buffer, readonly Use[]>): void => {
      for (const access of accesses) uses.get(access.view.buffer)?.forEach((use) => visit(use, access));
    };
    visitAll(kernel.reads, this.writers);
    visitAll(kernel.writes, this.readers);
    visitAll(kernel.writes, this.writers);
  }

  /** Every kernel that touches a buffer, with how. */
  usesOf(buffer: Buffer): readonly Use[] {
    return [...(this.writers.get(buffer) ?? []), ...(this.readers.get(buffer) ?? [])];
  }
}

function append(uses: Map<Buffer, Use[]>, buffer: Buffer, use: Use): void {
  const list = uses.get(buffer);
  if (list) list.push(use);
  else uses.set(buffer, [use]);
}

function sameLoops(a: LoopKernel, b: LoopKernel): boolean {
  return (
    a.outerAxis === b.outerAxis &&
    shapesEqual(a.domain, b.domain) &&
    shapesEqual(a.reduced, b.reduced) &&
    a.roots.some((root) => root.combine) === b.roots.some((root) => root.combine)
  );
}

/** Whether two kernels, at the same outer index, touch the same part of a buffer and no other. */
export function aligned(a: Access, b: Access, extentA: number, extentB: number): boolean {
  const [x, y] = [outerStride(a), outerStride(b)];
  return (
    extentA === extentB &&
    x !== undefined &&
    x === y &&
    staysInside(a.view, a.outerAxis) &&
    staysInside(b.view, b.outerAxis)
  );
}

export function outerStride(access: Access): number | undefined {
  const stride = access.outerAxis < 0 ? 0 : access.view.strides[access.outerAxis]!;
  return stride > 0 ? stride : undefined;
}

/** Whether, with the outer index fixed, all elements lie within the outer index's own stretch of memory. */
function staysInside(view: BufferView, outerAxis: number): boolean {
  let [low, high] = [view.offset, view.offset];
  view.shape.forEach((extent, axis) => {
    if (axis === outerAxis) return;
    const reach = (extent - 1) * view.strides[axis]!;
    if (reach > 0) high += reach;
    else low += reach;
  });
  return low >= 0 && high < view.strides[outerAxis]!;
}
