/**
 * Debian's Python, or the one that the environment variable PYTHON names; `needs` (oracles.ts) says whether it exists.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

export const python = process.env["PYTHON"] ?? "/usr/bin/python3";

/** Runs Python with one thread, and returns what it printed. */
export function runPython(args: readonly string[], cwd?: string): string {
  const env = { ...process.env, OMP_NUM_THREADS: "1" };
  const { status, stdout, stderr, error } = spawnSync(python, args, { encoding: "utf8", env, ...(cwd ? { cwd } : {}) });
  assert.equal(status, 0, error?.message ?? `${python} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}
