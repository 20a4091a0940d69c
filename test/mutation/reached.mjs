/**
 * Loaded into each process that runs instrumented code: writes down the number of each mutant that is reached, and in
 * the end the milliseconds of computing that the process has taken.
 */
import fs from "node:fs";
import process from "node:process";

const { openSync, writeSync } = fs;
const path = process.env.MUTANTS_REACHED;
// Opened now, and written with this very function: tests put their own in the place of fs's.
const file = path === undefined ? undefined : openSync(path, "a");
const seen = new Set();

globalThis.reached = (number) => {
  if (file === undefined || seen.has(number)) return;
  seen.add(number);
  // At once: the process may be killed.
  writeSync(file, `${number}\n`);
};

process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  if (file !== undefined) writeSync(file, `computing ${(user + system) / 1000}\n`);
});
