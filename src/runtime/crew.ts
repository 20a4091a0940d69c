/**
 * The helper threads of an engine. Each sleeps until there is a command, runs the program named there together with the
 * calling thread, and sleeps again. A helper takes part from the first run after it has started. Since results do not
 * depend on the number of threads, nobody waits for it to start.
 */
import { command, commandWords } from "./command.js";
import { maySleep } from "./features.js";
import type { Heap } from "./heap.js";
import type { LoadedProgram } from "./loaded-program.js";
import { startHelper } from "./threads.js";

/** What a run of a program needs, beside the program. */
export interface RunCall {
  readonly threads: number;
  /** The values of the program's globals, in their order; those of the first thread. */
  readonly globals: readonly number[];
  /** Scratch memory of each thread, in bytes. */
  readonly scratchBytes: number;
  /** The number of the run. */
  readonly run: number;
}

/** How often the calling thread looks whether the helpers have finished before it sleeps; about a millisecond. */
const looksBeforeSleep = 300_000;

export class Crew {
  private readonly at: number;
  private started = 0;
  /** Whether it has been said that there are no helpers. */
  private alone = false;

  constructor(private readonly heap: Heap) {
    this.at = heap.allocate(4 * commandWords);
    this.words().fill(0);
  }

  /** The command area. The view is valid until the memory grows. */
  words(): Int32Array {
    return this.heap.ints(this.at, commandWords);
  }

  /** How many threads take part in a run, the calling one included: those that are wanted, if they have started. */
  threads(wanted: number): number {
    return 1 + Math.min(this.helpersFor(wanted), Atomics.load(this.words(), command.ready));
  }

  /**
   * Starts the helpers that are missing. This is done after a run and not before it: a helper takes longer to start
   * than most first runs take, and would only hold them up, because V8 compiles the program on the other threads.
   */
  startMissing(wanted: number): void {
    if (wanted > 1 && this.heap.unshared) this.workAlone(this.heap.unshared);
    for (; this.started < this.helpersFor(wanted); this.started++) {
      startHelper({ memory: this.heap.memory, at: this.at }, (cause) =>
        this.workAlone((cause as Error).message || "no worker can be started; worker-src has to allow blob:"),
      );
    }
  }

  /** Goes on without helpers, and says so once: the results are the same, but they take longer. */
  private workAlone(why: string): void {
    if (!this.alone) console.warn(`kilograd computes on one thread: ${why}`);
    this.alone = true;
  }

  /** Has the helpers run a program. */
  summon(program: LoadedProgram, { threads, globals, scratchBytes, run }: RunCall): void {
    const words = this.words();
    Atomics.add(words, command.generation, 1);
    words[command.finished] = 0;
    words[command.program] = program.id;
    words[command.bytesAt] = program.bytesAt;
    words[command.length] = program.length;
    words[command.threads] = threads;
    words[command.run] = run;
    words[command.scratchBytes] = scratchBytes;
    words[command.clockAt] = program.clockAt;
    words[command.marks] = program.marks.length;
    words.set(globals, command.globals);
    Atomics.add(words, command.generation, 1);
    Atomics.notify(words, command.generation);
  }

  /**
   * Waits until the helpers have left the program. All of its work is done by then, but they may still be on their way
   * through it, and must not find the next run's counters there.
   */
  awaitHelpers(threads: number): void {
    const words = this.words();
    for (let looks = 0; ; looks++) {
      const finished = Atomics.load(words, command.finished);
      if (finished >= threads - 1) return;
      if (looks > looksBeforeSleep && maySleep()) Atomics.wait(words, command.finished, finished);
    }
  }

  private helpersFor(threads: number): number {
    return !this.heap.unshared && !this.alone ? threads - 1 : 0;
  }
}
