/**
 * The clock of a profiled program: how long each thread has spent on each mark. The sums lie in shared memory, those of
 * one thread after those of another.
 */
import type { Mark } from "../compiler/calling-convention.js";
import type { Heap } from "./heap.js";
import type { LoadedProgram } from "./loaded-program.js";

/** What one thread spent on one part of a program. */
export interface ProfileEntry extends Mark {
  /** The number of the thread, from 0. */
  readonly thread: number;
  /** Milliseconds. */
  readonly ms: number;
}

/**
 * Makes a thread's clock. `mark(i)` says that from now on the thread does what mark i stands for, and adds the time
 * since the last mark to that mark's sum. Helper threads start it from its text, so it may use nothing but its
 * parameters and JavaScript's own names.
 *
 * @param sums milliseconds by mark
 */
export function makeClock(sums: Float64Array): (mark: number) => void {
  let last: number | undefined;
  let since = 0;
  return (mark) => {
    const now = performance.now();
    if (last !== undefined) sums[last]! += now - since;
    last = mark;
    since = now;
  };
}

/** Memory for the sums of so many threads, all 0. */
export function allocateSums(heap: Heap, marks: number, threads: number): number {
  return heap.allocateCleared(8 * marks * threads);
}

/** The sums of one thread. */
export function sumsOf(heap: Heap, at: number, marks: number, thread = 0): Float64Array {
  return heap.doubles(at + 8 * thread * marks, marks);
}

/** What a program has measured; nothing unless it is profiled. */
export function readClock(heap: Heap, { marks, clockAt }: LoadedProgram, threads: number): ProfileEntry[] {
  return Array.from({ length: threads }, (_, thread) => {
    const sums = sumsOf(heap, clockAt, marks.length, thread);
    return marks.map((mark, i) => ({ ...mark, thread, ms: sums[i]! }));
  }).flat();
}
