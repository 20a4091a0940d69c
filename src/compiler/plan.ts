/**
 * The plan of a program, as plain data: what it reads, its stages of kernels, where every buffer lies. `planner.ts`
 * makes it, `program.ts` turns it into loop nests, `dump.ts` prints it.
 */
import type { HostArray } from "../graph/node.js";
import type { Kernel } from "./kernel.js";
import type { Buffer } from "./views.js";

export interface Stage {
  readonly parallel: readonly Kernel[];
  /** Run by one thread once all threads have finished the parallel part. */
  readonly serial: readonly Kernel[];
}

export interface Plan {
  /** Serial kernels before the first stage. */
  readonly prologue: readonly Kernel[];
  readonly stages: readonly Stage[];
  /** Copied into the arena before each run: the i-th leaf of the graph, or constants of the program. */
  readonly inputs: readonly { readonly buffer: Buffer; readonly source: number | HostArray }[];
  /** Copied out of the arena after each run, dense. */
  readonly outputs: readonly Buffer[];
  /** Bytes of arena, and of scratch for each thread. */
  readonly arenaBytes: number;
  readonly scratchBytes: number;
}
