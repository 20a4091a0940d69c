#!/usr/bin/env node
/** The entry point of `kilograd`. */
import { runProgram } from "./program.js";
import { FAILURE, INTERRUPTED } from "./surroundings.js";

/** npm passes a Ctrl-C on that the terminal has sent already: what follows at once is the same one. */
const SAME_SIGNAL = 1000;

/** The first signal asks to stop, a later one ends the process. */
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

/** Few commands ask anything: what reads lines is loaded by those. */
async function* readLines(): AsyncGenerator<string> {
  const { createInterface } = await import("node:readline");
  yield* createInterface({ input: process.stdin });
}

// Who reads our output may have seen enough (`kilograd train | head`); anything else is said.
process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  if (code !== "EPIPE") process.stderr.write(`kilograd: standard output cannot be written: ${message}\n`);
  process.exit(FAILURE);
});

process.exitCode = await runProgram(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  readLines,
  onInterrupt,
});
