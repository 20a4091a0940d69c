/** Runs the built `kilograd train` (dist/) in a process of its own and watches its memory. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { jsonLines, type Json } from "./terminal.js";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export interface Training {
  /** The events that --json printed. */
  readonly events: readonly Json[];
  /** The memory at the end of each epoch, in bytes: the resident size, and what a collection left alive. */
  readonly epochs: readonly { readonly rss: number; readonly live: number }[];
  /** The peak resident size, in bytes. */
  readonly peak: number;
}

/** Trains to the end; rejects if that fails. */
export async function trainProcess(options: readonly string[]): Promise<Training> {
  const probe = ["--expose-gc", "--import", new URL("memory-probe.mjs", import.meta.url).href];
  const command = [...probe, at("../dist/cli/main.js"), "train", "--json", ...options];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command, { maxBuffer: 2 ** 26 });
  const watched = jsonLines(stderr) as unknown as Training["epochs"];
  const { peak } = watched.at(-1) as unknown as { peak: number };
  return { events: jsonLines(stdout), epochs: watched.slice(0, -1), peak };
}
