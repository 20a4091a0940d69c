/**
 * The plan of a program, as plain data: what it reads, its stages of kernels, where every buffer lies. `planner.ts`
 * makes it, `program.ts` turns it into loop nests, `dump.ts` prints it.
 */
import type { HostArray } from "../../graph/node.js";
import type { Kernel } from "../../kernels/kernel.js";
import type { Buffer } from "../../kernels/views.js";

export interface Stage {
  readonly parallel: readonly Kernel[];
  /** Run by one thread once all threads have finished the parallel part. */
  readonly serial: readonly Kernel[];
}

export interface Plan {
  /**
   * What follows from variables alone, in programs that change none: run by the host before a run, if one of the
   * variables in `keptReads` has changed since. Their results lie in the program's own memory.
   */
  readonly kept: readonly Kernel[];
  /** Numbers of the variables' contents that they read. */
  readonly keptReads: readonly number[];
  /** Serial kernels before the first stage. */
  readonly prologue: readonly Kernel[];
  readonly stages: readonly Stage[];
  /** Copied into the arena before each run: the graph's leaves, by number. */
  readonly inputs: readonly { readonly buffer: Buffer; readonly leaf: number }[];
  /** Copied into the program's own memory once. */
  readonly constants: readonly { readonly buffer: Buffer; readonly elements: HostArray }[];
  /** Copied out after each run, dense. */
  readonly outputs: readonly Buffer[];
  /** Bytes of arena, of scratch for each thread, and of memory of the program's own. */
  readonly arenaBytes: number;
  readonly scratchBytes: number;
  readonly ownBytes: number;
}
