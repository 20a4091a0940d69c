#!/usr/bin/env node
/** The entry point of `kilograd`. */
import { runProgram } from "./program.js";
import { FAILURE, INTERRUPTED } from "./surroundings.js";

/** Within this many milliseconds a second signal is the same Ctrl-C: npm passes on what the terminal has already sent. */
const SAME_SIGNAL = 1000;

/** The first signal asks the command to stop; a later one ends the process. */
function onInterrupt(listener: () => void): () => void {
  let first: number | undefined;
  const handle = (): void => {
    const now = performance.now();
    if (first !== undefined && now - first > SAME_SIGNAL) process.exit(INTERRUPTED);
    if (first !== undefined) return;
    first = now;
    listener();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, handle);
  return () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, handle);
  };
}

/** Few commands read any input, so the module that reads lines is loaded only when one does. */
async function* readLines(): AsyncGenerator<string> {
  const { createInterface } = await import("node:readline");
  yield* createInterface({ input: process.stdin });
}

// A reader that closes the pipe early is fine (`kilograd train | head`). Any other error is reported.
process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  if (code !== "EPIPE") process.stderr.write(`kilograd: cannot write to standard output: ${message}\n`);
  process.exit(FAILURE);
});

process.exitCode = await runProgram(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  readLines,
  onInterrupt,
});
