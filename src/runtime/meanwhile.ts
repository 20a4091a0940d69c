/**
 * Work that the calling thread does when a computation has begun: the other threads have enough to do without it for a
 * moment. So the next batch is made.
 */
import { StateError } from "../errors/errors.js";
import { isRecording } from "../graph/recording.js";

let waiting: (() => void) | undefined;
let working = false;

/**
 * Has `work` done at the beginning of the next computation, whether or not other threads take part in it: what is drawn
 * at random comes in the same order for any number. There is room for one piece of work, which takes the place of what
 * waits. It can compute nothing itself. Nobody is told if it fails: who wanted it does it again when the error can be told.
 *
 * @returns takes it back
 */
export function meanwhile(work: () => void): () => void {
  waiting = work;
  return () => {
    if (waiting === work) waiting = undefined;
  };
}

/** Does what waits. While a compiled step is recorded it goes on waiting: what it draws is no part of the step. */
export function workMeanwhile(): void {
  if (!waiting || isRecording()) return;
  const work = waiting;
  waiting = undefined;
  working = true;
  try {
    work();
  } catch {
    // It is done again.
  } finally {
    working = false;
  }
}

/** @throws StateError in the midst of such work */
export function refuseComputing(): void {
  if (!working) return;
  throw new StateError({ op: "realize", problem: "a computation has begun already" });
}
