/**
 * Work for the calling thread while the other threads begin a computation: they have enough to do without it for a
 * moment. A data loader makes the next batch then.
 */
import { StateError } from "../errors/errors.js";
import { isRecording } from "../graph/recording.js";

export class WaitingWork {
  private waiting: (() => void) | undefined;
  private isRunning = false;

  /**
   * Schedules `work` for the start of the engine's next computation, whether or not other threads take part in it, so that
   * random numbers are drawn in the same order for any number of threads. There is room for one piece of work: a
   * new one replaces one that still waits. The work cannot compute anything itself. A failure is not
   * reported: whoever wanted the work does it again when the error can be reported.
   *
   * @returns a function that withdraws the work if it still waits
   */
  add(work: () => void): () => void {
    this.waiting = work;
    return () => {
      if (this.waiting === work) this.waiting = undefined;
    };
  }

  /**
   * Does what waits; the engine calls this when a computation has begun. While a compiled step is being recorded the
   * work goes on waiting: what it draws is no part of the step.
   */
  run(): void {
    const { waiting } = this;
    if (!waiting || isRecording()) return;
    this.waiting = undefined;
    this.isRunning = true;
    try {
      waiting();
    } catch {
      // It will be done again.
    } finally {
      this.isRunning = false;
    }
  }

  /** @throws StateError if called by such work */
  refuseComputing(): void {
    if (!this.isRunning) return;
    throw new StateError({ op: "realize", problem: "a computation is already under way" });
  }
}
