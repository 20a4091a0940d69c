/** What the commands need from the outside world, as an interface that tests can implement. */
import type { Command } from "commander";
import type { ProgressStream } from "../entries/index.js";

export interface Surroundings {
  readonly stdout: ProgressStream;
  readonly stderr: ProgressStream;
  /** The remaining lines of standard input. */
  readonly readLines: () => AsyncIterable<string>;
  /** Calls `listener` when the user asks to stop (Ctrl-C). Returns a function that ends this. */
  onInterrupt(listener: () => void): () => void;
}

/**
 * Gives a command, which so far only has a name, its description, options and action. The action passes an exit status
 * other than 0 to `end`.
 */
export type DefineCommand = (command: Command, surroundings: Surroundings, end: (status: number) => void) => void;

// Exit statuses other than 0.
export const FAILURE = 1;
export const USAGE = 2;
export const INTERRUPTED = 130;
