/**
 * Helper threads. Each sleeps until the command area in shared memory changes, runs the program named there together
 * with the calling thread, and sleeps again. A helper takes part from the first run after it has started; as results
 * do not depend on the number of threads, nobody waits for it.
 *
 * The command area, in words: [0] generation, odd while a command is being written, [1] helpers that are ready,
 * [2] program, [3] address of its bytes, [4] their number, [5] threads of this run, [6] helpers that have finished it,
 * [8…] the arguments of `run`, with the scratch memory's size instead of the thread, [20] address of the clock's sums
 * where the program is profiled, and [21] their number.
 */
import { makeClock } from "./clock.js";
import { nodeModule } from "./features.js";
import type { Heap } from "./heap.js";

export const commandWords = 32;
export const command = {
  generation: 0,
  ready: 1,
  program: 2,
  bytes: 3,
  length: 4,
  threads: 5,
  finished: 6,
  arguments: 8,
  clock: 20,
  marks: 21,
} as const;

/** How often a helper looks for the next command before it sleeps: a millisecond or so, as between two steps. */
const looksBeforeSleep = 300_000;

/** The helper's own program, in plain JavaScript: it is started from its text, so that no file must be found. */
const helperSource = `
const makeClock = ${makeClock.toString()};
const help = (memory, at) => {
  const words = new Int32Array(memory.buffer, at, ${commandWords});
  const runs = new Map();
  let generation = Atomics.load(words, 0);
  const thread = Atomics.add(words, 1, 1) + 1; // the calling thread is 0, but takes the last place in a run
  for (;;) {
    for (let looks = 0; looks < ${looksBeforeSleep} && Atomics.load(words, 0) === generation; looks++);
    Atomics.wait(words, 0, generation);
    const now = Atomics.load(words, 0);
    if (now === generation || now % 2 === 1) continue;
    const taken = words.slice();
    if (Atomics.load(words, 0) !== now) continue;
    generation = now;
    const [program, bytesAt, length, threads] = taken.slice(2, 6);
    if (thread >= threads) continue;
    let run = runs.get(program);
    if (!run) {
      memory.grow(0);
      const bytes = new Uint8Array(memory.buffer, bytesAt, length).slice();
      const [clock, marks] = taken.slice(20);
      const mark = clock === 0 ? undefined : makeClock(new Float64Array(memory.buffer, clock + 8 * thread * marks, marks));
      run = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, mark } }).exports.run;
      runs.set(program, run);
    }
    const [slots, arena, scratch, own, counters, shares, flags, scratchBytes, runId] = taken.slice(8);
    run(slots, arena, scratch + thread * scratchBytes, own, counters, shares, flags, thread - 1, threads, runId, 1);
    Atomics.add(words, 6, 1);
  }
};
`;

interface WorkerLike {
  postMessage(message: unknown): void;
  unref?(): void;
}

/** Starts helpers; they end with the process or the page. */
export function startHelpers(heap: Heap, commandAt: number, count: number): WorkerLike[] {
  return Array.from({ length: count }, () => startHelper(heap, commandAt));
}

function startHelper(heap: Heap, commandAt: number): WorkerLike {
  const threads = nodeModule<{ Worker: new (source: string, options: object) => WorkerLike }>("worker_threads");
  if (threads) {
    const source = `${helperSource}const { workerData } = require("node:worker_threads"); help(workerData.memory, workerData.at);`;
    const worker = new threads.Worker(source, {
      eval: true,
      workerData: { memory: heap.memory, at: commandAt },
      execArgv: [],
      name: "kilograd",
    });
    worker.unref?.();
    return worker;
  }
  const scope = globalThis as unknown as {
    Worker: new (url: string) => WorkerLike;
    Blob: new (parts: string[], options: object) => unknown;
    URL: { createObjectURL(blob: unknown): string };
  };
  const source = `${helperSource}onmessage = ({ data }) => help(data.memory, data.at);`;
  const url = scope.URL.createObjectURL(new scope.Blob([source], { type: "text/javascript" }));
  const worker = new scope.Worker(url);
  worker.postMessage({ memory: heap.memory, at: commandAt });
  return worker;
}
