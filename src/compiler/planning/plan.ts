/**
 * The plan of a program, as plain data: what it reads, its stages of kernels, and where each buffer is in memory.
 * `planner.ts` makes it, `program.ts` turns it into loop nests, and `dump.ts` prints it.
 */
import type { HostArray } from "../../graph/node.js";
import type { Kernel } from "../../kernels/kernel.js";
import type { Buffer } from "../../kernels/views.js";

export interface Stage {
  readonly parallel: readonly Kernel[];
  /** Run by one thread, once all threads have finished the parallel part. */
  readonly serial: readonly Kernel[];
}

export interface Plan {
  /**
   * What is computed from variables alone, in programs that change none. The host runs it before a run, if one of the
   * variables in `keptReads` has changed. The results lie in the program's own memory.
   */
  readonly kept: readonly Kernel[];
  /** The reads that the kept kernels depend on, by number. */
  readonly keptReads: readonly number[];
  /** Serial kernels before the first stage. */
  readonly prologue: readonly Kernel[];
  readonly stages: readonly Stage[];
  /** The graph's leaves, by number. They are copied into the arena before each run. */
  readonly inputs: readonly { readonly buffer: Buffer; readonly leaf: number }[];
  /** They are copied into the program's own memory once. */
  readonly constants: readonly { readonly buffer: Buffer; readonly elements: HostArray }[];
  /** They are dense, and copied out after each run. */
  readonly outputs: readonly Buffer[];
  /** How many bytes the arena has, each thread's scratch memory, and the program's own memory. */
  readonly arenaBytes: number;
  readonly scratchBytes: number;
  readonly ownBytes: number;
}
