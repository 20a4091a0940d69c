/** The program of a helper thread. It is started from its text, so that no file has to be found. */
import type { makeClock } from "./clock.js";
import type { command } from "./command.js";

/** What a helper has to know about the command area; plain data, which is written into its text. */
export interface HelperSettings {
  readonly command: typeof command;
  readonly commandWords: number;
  /** The program's globals, by name. */
  readonly globals: readonly string[];
  /** How often a helper looks for the next command before it sleeps. */
  readonly looksBeforeSleep: number;
}

/**
 * Waits until the command area changes, runs the program named there, and waits again. Only its parameters and
 * JavaScript's own names may be used in here.
 *
 * @param at the address of the command area
 */
export function help(memory: WebAssembly.Memory, at: number, settings: HelperSettings, clock: typeof makeClock): void {
  const { command, commandWords, globals, looksBeforeSleep } = settings;
  const words = new Int32Array(memory.buffer, at, commandWords);
  const runs = new Map<number, (...args: number[]) => void>();
  let generation = Atomics.load(words, command.generation);
  const thread = Atomics.add(words, command.ready, 1) + 1; // the calling thread is 0, but takes the last place in a run
  for (;;) {
    for (let looks = 0; looks < looksBeforeSleep && Atomics.load(words, command.generation) === generation; looks++);
    Atomics.wait(words, command.generation, generation);
    const now = Atomics.load(words, command.generation);
    if (now === generation || now % 2 === 1) continue;
    const taken = words.slice();
    if (Atomics.load(words, command.generation) !== now) continue;
    generation = now;
    const threads = taken[command.threads]!;
    if (thread >= threads) continue;
    const program = taken[command.program]!;
    let run = runs.get(program);
    if (!run) {
      memory.grow(0); // so that the buffer reaches as far as the memory now does
      const bytes = new Uint8Array(memory.buffer, taken[command.bytesAt], taken[command.length]).slice();
      const marks = taken[command.marks]!;
      const clockAt = taken[command.clockAt]!;
      const mark =
        clockAt === 0 ? undefined : clock(new Float64Array(memory.buffer, clockAt + 8 * thread * marks, marks));
      const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, mark } });
      run = instance.exports["run"] as (...args: number[]) => void;
      runs.set(program, run);
    }
    const args = taken.slice(command.globals, command.globals + globals.length);
    args[globals.indexOf("scratch")]! += thread * taken[command.scratchBytes]!;
    run(...args, thread - 1, threads, taken[command.run]!, 1);
    Atomics.add(words, command.finished, 1);
    Atomics.notify(words, command.finished);
  }
}
