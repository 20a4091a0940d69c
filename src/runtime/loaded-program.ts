/** A program in memory, ready to run. */
import type { Plan } from "../compiler/planning/plan.js";
import type { Program } from "../compiler/program.js";
import type { HostArray } from "../graph/node.js";
import type { Buffer } from "../kernels/views.js";
import type { Heap } from "./heap.js";
import type { KeptOrigin } from "./kept-origin.js";

type FromPlan = Pick<Plan, "inputs" | "outputs" | "arenaBytes" | "scratchBytes" | "keptReads">;
type FromProgram = Pick<Program, "counters" | "shares" | "flags" | "marks">;

/** The rest of the plan is not kept: its kernels would keep alive the graph that they were made from. */
export interface LoadedProgram extends FromPlan, FromProgram {
  /** No other program of the engine has the same. */
  readonly id: number;
  readonly bytesAt: number;
  readonly length: number;
  /** The program's own memory: constants, what it keeps between runs, and lookup tables. */
  readonly ownAt: number;
  /** Of a profiled program: the sums of its marks, thread by thread. Otherwise 0. */
  readonly clockAt: number;
  readonly run: (...args: number[]) => void;
  /** Computes what is kept, if anything is. */
  readonly keep: ((slots: number, own: number) => void) | undefined;
  readonly keptOrigin: KeptOrigin;
}

/** The elements of a buffer that the host reads or writes: it lies in the arena or in a program's own memory. */
export function hostView(heap: Heap, buffer: Buffer, at: { readonly arena: number; readonly own: number }): HostArray {
  const { place, elements, dtype, name } = buffer;
  if (place?.kind !== "arena" && place?.kind !== "own") throw new Error(`the host cannot reach ${name}`);
  return heap.elements(at[place.kind] + place.at, elements, dtype);
}
