/** `npm run bench`: runs the suites one after another, prints their tables, and writes their figures as JSON. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { Disagreement } from "./harness/agreement.js";
import { describeMachine } from "./harness/machine.js";
import { PeerFailure } from "./harness/peer.js";
import { formatTable, type Table } from "./harness/table.js";
import { readOptions } from "./options.js";
import { versions } from "./peers/index.js";
import { suites } from "./suites/index.js";

const { quick, only, out } = readOptions(process.argv.slice(2), Object.keys(suites));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-bench-"));
const machine = describeMachine(versions);
const results: Record<string, readonly Pick<Table, "title" | "rows" | "notes">[]> = {};
const live = process.stderr.isTTY;

/** A status line that is overwritten in a terminal. */
function tell(what: string): void {
  process.stderr.write(live ? `\r\x1b[K${what}` : `${what}\n`);
}

function save(): void {
  fs.mkdirSync(path.dirname(out), { recursive: true });
  fs.writeFileSync(out, `${JSON.stringify({ date: new Date().toISOString(), quick, machine, results }, null, 1)}\n`);
}

/** Whether the suite ran to its end. */
async function run(name: string): Promise<boolean> {
  const began = performance.now();
  try {
    const tables = await suites[name]!({ quick, folder, tell });
    results[name] = tables.map(({ title, rows, notes }) => ({ title, rows, notes }));
    if (live) process.stderr.write("\r\x1b[K");
    process.stdout.write(`\n${tables.map(formatTable).join("\n")}`);
    process.stdout.write(`${name} took ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
    save();
    return true;
  } catch (error) {
    if (!(error instanceof Disagreement || error instanceof PeerFailure)) throw error;
    process.stderr.write(`${live ? "\r\x1b[K" : ""}${name} was stopped: ${error.message}\n`);
    return false;
  }
}

process.stdout.write(
  Object.entries(machine)
    .map(([name, value]) => `${`${name}:`.padEnd(14)}${value}\n`)
    .join(""),
);
if (quick) process.stdout.write("A quick run: the figures are rough.\n");
try {
  let failed = false;
  for (const name of only) if (!(await run(name))) failed = true;
  if (Object.keys(results).length > 0) process.stdout.write(`\nThe figures are in ${out}\n`);
  if (failed) process.exitCode = 1;
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
