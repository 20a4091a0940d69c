/** Runs the program `kilograd` in this process, and records its streams. */
import { Readable } from "node:stream";
import { runProgram } from "../src/cli/program.js";

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * @param interruptAt asks to stop as soon as this text has been printed
 * @param input the lines of standard input
 */
export async function kilograd(
  words: readonly string[],
  interruptAt?: string,
  input: readonly string[] = [],
): Promise<Outcome> {
  const listeners = new Set<() => void>();
  let [stdout, stderr] = ["", ""];
  const status = await runProgram(words, {
    stdout: {
      write: (text) => {
        stdout += text;
        if (interruptAt !== undefined && text.includes(interruptAt)) for (const listener of listeners) listener();
      },
    },
    stderr: { write: (text) => (stderr += text) },
    readLines: () => Readable.from(input),
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  return { status, stdout, stderr };
}

export type Json = Readonly<Record<string, unknown>>;

/** The objects of JSON lines. */
export function jsonLines(text: string): Json[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Json);
}
