/**
 * The command area: words of shared memory in which the calling thread tells its helpers what to run, and they tell it
 * how far they are.
 */
import { globals } from "../compiler/calling-convention.js";

/** What each word holds. */
export const command = {
  /** Counts up; odd while a command is being written. */
  generation: 0,
  /** Helpers that have started. */
  ready: 1,
  /** Helpers that have finished the run. */
  finished: 2,
  /** The program's number, the address of its bytes, and how many there are. */
  program: 3,
  bytesAt: 4,
  length: 5,
  /** Threads that take part in the run, the calling one included. */
  threads: 6,
  /** The number of the run. */
  run: 7,
  /** Scratch memory of each thread, in bytes. */
  scratchBytes: 8,
  /** Of a profiled program: the address of the clock's sums, and how many a thread has. Otherwise 0. */
  clockAt: 9,
  marks: 10,
  /** From here on, one word for each of the program's globals, in their order. */
  globals: 11,
} as const;

export const commandWords = command.globals + globals.length;
