/** What the program says about an error. */
import { KilogradError, UsageError, type ProgressStream } from "../entries/index.js";
import { messageForShell } from "./command-hint.js";
import { innermostPlace, networkFailure } from "./network-module.js";
import { FAILURE, USAGE } from "./surroundings.js";

/**
 * The message of one of our own errors, and of one that a network's file has thrown. Any other error is a bug in the
 * program and is shown with its stack.
 */
function describeFailure(error: unknown): string {
  if (error instanceof KilogradError) {
    const place = innermostPlace(error);
    return `kilograd: ${messageForShell(error)}${place ? `\n  at ${place.text}` : ""}`;
  }
  const failure = error instanceof Error ? networkFailure(error) : undefined;
  if (failure) return describeFailure(failure);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Says what an error is about. Returns the exit status that it leads to. */
export function reportFailure(error: unknown, stderr: ProgressStream): number {
  stderr.write(`${describeFailure(error)}\n`);
  return error instanceof UsageError ? USAGE : FAILURE;
}
