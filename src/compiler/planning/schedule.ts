/**
 * The schedule: which kernels run together. A program is a prologue and a list of stages. A stage runs its parallel
 * kernels on all threads, over their outer indices, image by image. Then there is a barrier, and then its serial
 * kernels run on one thread. A kernel may share a stage with a kernel that it depends on only if each of its calls
 * needs nothing but what the other one wrote for the same outer index. If a program changes no variable, small kernels
 * that read only variables (they pack and transform weights, and take roots of running variances) are not part of all
 * this: their results are kept.
 */
import { shapesEqual } from "../../graph/shape.js";
import { LoopKernel } from "../../kernels/loop.js";
import type { Access, Kernel } from "../../kernels/kernel.js";
import type { Buffer } from "../../kernels/views.js";
import { isSame, kept, later, parallel, prologue, serial, type Phase } from "./phase.js";
import type { Stage } from "./plan.js";

/** A kernel with more elementary operations than this is not kept: it is run each time, on all threads. */
const largestKept = 2 ** 20;

export interface Placed {
  readonly kernel: Kernel;
  readonly phase: Phase;
  /** Counts up in the order in which the kernels of a phase run. */
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
  /** Buffers that a kernel of each run writes, even if kept kernels write them as well. */
  private readonly changing = new Set<Buffer>();

  /**
   * @param steady buffers whose contents are the same in each run; kept results are added to them. Undefined if nothing
   *   is
   *   to be kept.
   */
  constructor(private readonly steady: Set<Buffer> | undefined) {}

  /**
   * Places a kernel after all that it reads, and after all readers of what it overwrites.
   * @param after what else has to be written before, because the kernel's result is not wanted any sooner
   */
  place(kernel: Kernel, after: readonly Access[] = []): Placed {
    const placed = { kernel, phase: this.earliest(kernel, after), order: this.placed.length };
    this.placed.push(placed);
    this.record(placed, kernel.reads, kernel.writes);
    return placed;
  }

  /** Notes what a placed kernel reads and writes, also after it has been extended. */
  record(placed: Placed, reads: readonly Access[], writes: readonly Access[]): void {
    for (const access of reads) append(this.readers, access.view.buffer, { placed, access });
    for (const access of writes) {
      const { buffer } = access.view;
      append(this.writers, buffer, { placed, access });
      if (placed.phase.kind !== "kept") this.changing.add(buffer);
      if (this.changing.has(buffer)) this.steady?.delete(buffer);
      else this.steady?.add(buffer);
    }
  }

  /** The first phase in which a kernel can run, given everything that it depends on. */
  earliest(kernel: Kernel, after: readonly Access[] = []): Phase {
    if (this.isKept(kernel)) return kept;
    let phase = kernel.extent > 1 ? parallel(0) : prologue;
    this.forEachUse({ writes: kernel.writes, reads: [...kernel.reads, ...after] }, (use, access) => {
      phase = later(
        phase,
        kernel.extent > 1 ? parallelAfter(use, access, kernel.extent) : serialAfter(use.placed.phase),
      );
    });
    return phase;
  }

  /** Whether a kernel would only continue a parallel phase in which something runs that it depends on. */
  continues(kernel: Kernel): boolean {
    const phase = this.earliest(kernel);
    let continues = false;
    this.forEachUse(kernel, ({ placed }) => (continues ||= phase.kind === "parallel" && isSame(placed.phase, phase)));
    return continues;
  }

  private isKept(kernel: Kernel): boolean {
    const { steady } = this;
    if (!steady || kernel.extent * kernel.cost > largestKept) return false;
    return kernel.reads.every((access) => steady.has(access.view.buffer));
  }

  /**
   * A loop kernel of this phase that can take over the candidate's work, because it has the same loops and runs late
   * enough.
   */
  mergeable(candidate: LoopKernel, phase: Phase): Placed | undefined {
    const needed: number[] = [];
    this.forEachUse(candidate, ({ placed }) => {
      if (isSame(placed.phase, phase)) needed.push(placed.order);
    });
    return this.placed.find(
      (other) =>
        isSame(other.phase, phase) &&
        needed.every((order) => order < other.order) &&
        other.kernel instanceof LoopKernel &&
        sameLoops(other.kernel, candidate),
    );
  }

  /** The kernels of a phase, in their order. */
  kernelsOf(phase: Phase): Kernel[] {
    return this.placed.filter((one) => isSame(one.phase, phase)).map((one) => one.kernel);
  }

  /** All stages. */
  stages(): Stage[] {
    const count = Math.max(0, ...this.placed.map(({ phase }) => ("stage" in phase ? phase.stage + 1 : 0)));
    return Array.from({ length: count }, (_, i) => ({
      parallel: this.kernelsOf(parallel(i)),
      serial: this.kernelsOf(serial(i)),
    }));
  }

  /** Visits every earlier use that this kernel must come after, together with the kernel's own access. */
  private forEachUse(kernel: Pick<Kernel, "reads" | "writes">, visit: (use: Use, access: Access) => void): void {
    const visitAll = (accesses: readonly Access[], uses: ReadonlyMap<Buffer, readonly Use[]>): void => {
      for (const access of accesses) uses.get(access.view.buffer)?.forEach((use) => visit(use, access));
    };
    visitAll(kernel.reads, this.writers);
    visitAll(kernel.writes, this.readers);
    visitAll(kernel.writes, this.writers);
  }

  /** Every kernel that touches a buffer, and how it does. */
  usesOf(buffer: Buffer): readonly Use[] {
    return [...(this.writers.get(buffer) ?? []), ...(this.readers.get(buffer) ?? [])];
  }
}

/** The first phase for a kernel of one call that needs what was done in another phase. */
function serialAfter(phase: Phase): Phase {
  return "stage" in phase ? serial(phase.stage) : prologue;
}

/**
 * The first phase for a kernel of several calls that depends on an earlier use. It is the same one if each call needs
 * nothing but what was done for the same outer index.
 */
function parallelAfter({ placed, access: earlier }: Use, access: Access, extent: number): Phase {
  const { phase, kernel } = placed;
  if (!("stage" in phase)) return parallel(0);
  const shares = phase.kind === "parallel" && aligned(earlier, access, extent, kernel.extent);
  return parallel(shares ? phase.stage : phase.stage + 1);
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

/** Whether at each outer index two kernels touch the same part of a buffer, and touch it at no other index. */
export function aligned(a: Access, b: Access, extentA: number, extentB: number): boolean {
  const stride = outerStride(a);
  return extentA === extentB && stride !== undefined && stride === outerStride(b) && staysInside(a) && staysInside(b);
}

/** How far the outer index moves upwards in memory; undefined if it does not. */
export function outerStride({ view, outerAxis }: Access): number | undefined {
  const stride = outerAxis === undefined ? 0 : view.strides[outerAxis]!;
  return stride > 0 ? stride : undefined;
}

/** Whether the elements of each outer index lie within its own stretch of memory. */
function staysInside({ view, outerAxis }: Access): boolean {
  let [low, high] = [view.offset, view.offset];
  view.shape.forEach((extent, axis) => {
    if (axis === outerAxis) return;
    const reach = (extent - 1) * view.strides[axis]!;
    if (reach > 0) high += reach;
    else low += reach;
  });
  return low >= 0 && high < view.strides[outerAxis!]!;
}
