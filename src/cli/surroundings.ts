/** What commands have to do with the world around them, so that tests can be that world. */
import type { Command } from "commander";
import type { ProgressStream } from "../entries/index.js";

export interface Surroundings {
  readonly stdout: ProgressStream;
  readonly stderr: ProgressStream;
  /** The lines of standard input, from the one that comes next. */
  readonly readLines: () => AsyncIterable<string>;
  /** Calls `listener` when the user asks to stop (Ctrl-C), until the function that this gives is called. */
  onInterrupt(listener: () => void): () => void;
}

/** Adds a command to the program; `end` takes its exit status. */
export type AddCommand = (program: Command, surroundings: Surroundings, end: (status: number) => void) => void;

// Exit statuses, besides 0.
export const FAILURE = 1;
export const USAGE = 2;
export const INTERRUPTED = 130;
