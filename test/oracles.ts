/**
 * Programs with which tests compare kilograd, or in which they run it, and which `npm ci` does not install. A test
 * says what it checks and names what it needs: `test(title, needs("saved weights in PyTorch", "torch"), …)`. If that is
 * missing, the test is skipped and says why. If the environment variable KILOGRAD_REQUIRE_ORACLES is 1, as in CI, a
 * missing oracle is an error instead.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { browserProblem } from "./chromium.js";
import { quotaProblem } from "./cpu-quota.js";
import { currentNode, inEnvironment, tool } from "./environments.js";
import { python } from "./python.js";

interface Oracle {
  /** Why it cannot be used here; null if it can. */
  readonly problem: () => string | null;
  /** How to get it. */
  readonly get: string;
}

const oracles = {
  torch: {
    problem: () => pythonProblem("torch"),
    get: "apt-get install python3-torch",
  },
  onnx: {
    problem: () => pythonProblem("onnx"),
    get: "apt-get install python3-onnx",
  },
  numpy: {
    problem: () => pythonProblem("numpy"),
    get: "apt-get install python3-numpy",
  },
  python: {
    problem: () => pythonProblem("json"),
    get: "apt-get install python3",
  },
  hosts: {
    problem: namespaceProblem,
    get: "apt-get install iproute2, and run the tests as root",
  },
  cpuQuota: {
    problem: quotaProblem,
    get: "run the tests as root on Linux",
  },
  browser: {
    problem: browserProblem,
    get: "apt-get install chromium, or set CHROMIUM to the path of a Chromium",
  },
  currentNode: {
    problem: () => (existsSync(currentNode) ? null : "no current Node is installed"),
    get: "npm ci --prefix test/environments/current-node",
  },
  deno: toolOracle("deno"),
  bun: toolOracle("bun"),
  vite: toolOracle("vite"),
  webTools: {
    problem: () =>
      existsSync(inEnvironment("web-tools", ".package-lock.json")) ? null : "bundlers and Jest are not installed",
    get: "npm ci --prefix test/environments/web-tools",
  },
} satisfies Record<string, Oracle>;

export type OracleName = keyof typeof oracles;

const required = process.env["KILOGRAD_REQUIRE_ORACLES"] === "1";
const problems = new Map<OracleName, string | null>();

/** The problem with an oracle, which is determined only once. */
function problemOf(name: OracleName): string | null {
  if (!problems.has(name)) problems.set(name, oracles[name].problem());
  return problems.get(name)!;
}

/** Whether tests that need an oracle may be left out: it is missing, and not required. */
export function maySkip(name: OracleName): boolean {
  return !required && problemOf(name) !== null;
}

/**
 * The options of a test that needs these.
 * @param checks what remains unchecked without them; it becomes part of the last line of `npm test`
 * @throws Error if one is missing and all are required
 */
export function needs(
  checks: string,
  ...names: readonly [OracleName, ...OracleName[]]
): { readonly skip: string | false } {
  const missing = names.filter((name) => problemOf(name) !== null);
  if (missing.length === 0) return { skip: false };
  const reason = `${checks} (${missing.map((name) => `${problemOf(name)}: ${oracles[name].get}`).join("; ")})`;
  if (required) throw new Error(`KILOGRAD_REQUIRE_ORACLES is set, but this cannot be checked: ${reason}`);
  return { skip: reason };
}

function toolOracle(name: Parameters<typeof tool>[0]): Oracle {
  const problem = (): string | null =>
    spawnSync(tool(name), ["--version"]).status === 0 ? null : `${name} is not installed or does not run`;
  return { problem, get: "npm ci --prefix test/environments/other-runtimes --ignore-scripts=false" };
}

/** Checks that Python has a module. Finding it is enough, and takes no time. */
function pythonProblem(module: string): string | null {
  if (!existsSync(python)) return `there is no ${python}`;
  const program = `import importlib.util, sys; sys.exit(importlib.util.find_spec("${module}") is None)`;
  return spawnSync(python, ["-c", program]).status === 0 ? null : `${python} has no ${module}`;
}

function namespaceProblem(): string | null {
  const name = `kilograd-probe-${process.pid}`;
  const { status, error } = spawnSync("ip", ["netns", "add", name]);
  if (error) return "there is no ip";
  if (status !== 0) return "this user cannot make network namespaces here";
  spawnSync("ip", ["netns", "delete", name]);
  return null;
}
