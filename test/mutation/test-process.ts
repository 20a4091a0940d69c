/** Runs one test file in a process of its own, up to its first failure or a time limit. */
import { spawn, type ChildProcess } from "node:child_process";
import { javaScript, type Checkout } from "./checkout.js";

export interface Outcome {
  readonly status: "passed" | "failed" | "timed out";
  /** How long it took. */
  readonly ms: number;
  /** The test that failed; empty where the file itself did. */
  readonly failedTest: string;
}

const reporter = new URL("first-failure.mjs", import.meta.url).href;
const running = new Set<ChildProcess>();

/**
 * @param limit the most milliseconds it may take
 * @param environment variables that its processes get besides
 */
export function runTestFile(
  checkout: Checkout,
  file: string,
  limit: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const env: NodeJS.ProcessEnv = { ...process.env, TMPDIR: checkout.temporary, ...environment };
  // Where this runs in a test itself, the process is no part of that.
  delete env.NODE_TEST_CONTEXT;
  const reporting = ["--test-reporter", reporter, "--test-reporter-destination", "stdout"];
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...reporting, javaScript(file)], {
      cwd: checkout.folder,
      env,
      // A group of its own, with all processes that its tests start.
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    running.add(child);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      killGroup(child);
    }, limit);
    child.on("error", reject);
    child.on("exit", () => killGroup(child));
    child.on("close", (code) => {
      clearTimeout(timer);
      running.delete(child);
      const status = late ? "timed out" : code === 0 ? "passed" : "failed";
      resolve({ status, ms: performance.now() - began, failedTest: output.trim().split("\n").at(-1) ?? "" });
    });
  });
}

/** Ends a test file and whatever its tests have started. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}

/** Ends all test files that run. */
export function killAll(): void {
  running.forEach(killGroup);
}
