/**
 * `npm test` runs all checks but the slow ones. `npm run check` (`--quick`) runs format, lint, types and the unit tests
 * next to the code, without the suites in test/. `npm run test:slow` (`--slow`) runs the suites in test/slow. In a fresh
 * clone each installs and builds first.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { installEnvironments } from "./environments.mjs";
import { at, prepare } from "./setup.mjs";

const quick = process.argv.includes("--quick");
const slow = process.argv.includes("--slow");
const slowFolder = path.join("test", "slow");

/** Lists the test files, because Node 20 does not accept patterns. The suites come first, because they take longest. */
function testFiles() {
  const folders = slow ? [slowFolder] : quick ? ["src", "bench"] : ["test", "src", "bench"];
  return folders.flatMap((folder) =>
    readdirSync(at(folder), { recursive: true })
      .filter((name) => name.endsWith(".test.ts") && !name.includes("node_modules"))
      .sort()
      .map((name) => path.join(folder, name))
      .filter((file) => slow || !file.startsWith(slowFolder + path.sep)),
  );
}

const bin = (...parts) => at("node_modules", ...parts);

function steps() {
  const reporter = ["--test-reporter", "./scripts/reporter.mjs", "--test-reporter-destination", "stdout"];
  const tests = ["Tests", ["--import", "tsx", "--test", "--test-concurrency", "2", ...reporter, ...testFiles()]];
  if (slow) return [tests];
  return [
    ["Format", [bin("prettier", "bin", "prettier.cjs"), "--check", "--log-level", "warn", "."]],
    ["Lint", [bin("eslint", "bin", "eslint.js"), "."]],
    ["Types", [bin("typescript", "bin", "tsc"), "--noEmit"]],
    tests,
  ];
}

/** Runs a step, shows its output, and returns whether it succeeded. */
function passes([name, args]) {
  process.stdout.write(`${name} …\n`);
  const began = performance.now();
  const { status, signal } = spawnSync(process.execPath, args, { cwd: at(), stdio: "inherit" });
  if (signal === "SIGINT" || status === 130) process.exit(130);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`${name}: ${status === 0 ? "ok" : "FAILED"} (${seconds} s)\n`);
  return status === 0;
}

prepare();
if (!quick) installEnvironments(slow);
const failed = steps().filter((step) => !passes(step));
if (failed.length > 0) {
  process.stdout.write(`Failed: ${failed.map(([name]) => name).join(", ")}\n`);
  process.exit(1);
}
