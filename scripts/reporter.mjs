/**
 * A reporter for node:test. It prints a line for each file with the number of its tests and their time, the full report
 * of each failure, and a list of the failures at the end. Then come the closing lines of node's TAP reporter (`# tests
 * 12`, `# pass 12`, …) and a sentence that says what was not checked.
 */
import path from "node:path";
import process from "node:process";
import { inspect } from "node:util";

const relative = (file) => path.relative(process.cwd(), file);

/** The error of a failed test. */
function reason({ error }) {
  const cause = error.cause ?? error;
  return (cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause)).replace(/^/gm, "    ");
}

/** The line of a file whose tests have finished. */
function fileLine({ file, passed, skipped, failed, ms }) {
  const counts = [`${passed} passed`];
  if (skipped > 0) counts.push(`${skipped} skipped`);
  if (failed > 0) counts.push(`${failed} FAILED`);
  return `  ${relative(file)}: ${counts.join(", ")} (${(ms / 1000).toFixed(1)} s)\n`;
}

/**
 * The reasons for which tests were skipped. Each says what would have been checked, and in parentheses what is missing
 * (test/oracles.ts), which is not repeated.
 */
function notChecked(skips) {
  const byMissing = new Map();
  for (const skip of new Set(skips)) {
    const [, checks, missing] = /^(.*?)( \(.*\))$/s.exec(skip) ?? [skip, skip, ""];
    byMissing.set(missing, [...(byMissing.get(missing) ?? []), checks]);
  }
  const what = [...byMissing].map(([missing, checks]) => checks.join(", ") + missing).join(", ");
  const tests = skips.length === 1 ? "1 test" : `${skips.length} tests`;
  const all = "`.ci/run`, as root on Debian, installs what is missing and checks everything";
  return `Not checked (${tests} skipped): ${what}; ${all}.\n`;
}

/** @param events what node:test reports, file by file, with a test's subtests before the test itself */
export default async function* report(events) {
  const failures = [];
  const closing = [];
  const skips = [];
  let current;
  for await (const { type, data } of events) {
    if (type === "test:diagnostic" && data.nesting === 0) closing.push(`# ${data.message}\n`);
    if (type === "test:stdout" || type === "test:stderr") yield data.message;
    if (type !== "test:pass" && type !== "test:fail") continue;
    if (current?.file !== data.file) {
      if (current) yield fileLine(current);
      current = { file: data.file, passed: 0, skipped: 0, failed: 0, ms: 0 };
    }
    const skipped = type === "test:pass" && data.skip !== undefined;
    current[skipped ? "skipped" : type === "test:pass" ? "passed" : "failed"]++;
    if (skipped) skips.push(typeof data.skip === "string" ? data.skip : data.name);
    if (data.nesting === 0) current.ms += data.details.duration_ms;
    // A test that failed because of its subtests adds nothing to their reports.
    if (type === "test:pass" || data.details.error.failureType === "subtestsFailed") continue;
    const title = `${relative(data.file)}:${data.line ?? 1} ${data.name === data.file ? "(the file itself)" : data.name}`;
    failures.push(title);
    yield `  FAILED ${title}\n${reason(data.details)}\n`;
  }
  if (current) yield fileLine(current);
  if (failures.length > 0) yield ["\nFailures:", ...failures, "", ""].join("\n");
  yield* closing;
  if (skips.length > 0) yield notChecked(skips);
}
