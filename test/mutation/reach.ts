/** Which test files reach which mutants. What a test never executes, it cannot catch. */
import fs from "node:fs";
import path from "node:path";
import type { Checkout } from "./checkout.js";
import { instrument, type Mutant } from "./mutants.js";
import { runTestFile } from "./test-process.js";

/** A test file that passes on the unchanged code. */
export interface TestFile {
  readonly file: string;
  /** How long it took. */
  readonly ms: number;
  /** Milliseconds of computing. Unlike `ms`, they hardly depend on what else the machine does. */
  readonly computing: number;
  readonly reached: ReadonlySet<Mutant>;
}

/** Minutes that a test file may take on the unchanged code. */
const limit = 5 * 60_000;

/** Writes the mutants' files into a checkout with calls that note which mutants are reached. */
export function instrumentAll(checkout: Checkout, mutants: readonly Mutant[]): void {
  for (const file of new Set(mutants.map((mutant) => mutant.file))) {
    const numbered = new Map([...mutants.entries()].filter(([, mutant]) => mutant.file === file));
    checkout.write(file, instrument(checkout.read(file), numbered));
  }
}

/** Runs a test file in an instrumented checkout; undefined where it fails there. */
export async function watch(
  checkout: Checkout,
  file: string,
  mutants: readonly Mutant[],
): Promise<TestFile | undefined> {
  const notes = path.join(checkout.temporary, `reached-${file.replaceAll("/", "-")}`);
  fs.writeFileSync(notes, "");
  const hook = new URL("reached.mjs", import.meta.url).href;
  const { status, ms } = await runTestFile(checkout, file, limit, {
    MUTANTS_REACHED: notes,
    NODE_OPTIONS: `--import ${hook}`,
  });
  if (status !== "passed") return undefined;
  const lines = fs.readFileSync(notes, "utf8").split("\n").filter(Boolean);
  // There may be several processes.
  const times = lines.flatMap((line) => line.split("computing ")[1] ?? []);
  const computing = times.reduce((sum, time) => sum + Number(time), 0);
  return { file, ms, computing, reached: new Set(lines.flatMap((line) => mutants[Number(line)] ?? [])) };
}

/** Tests of everything that is compiled, against the reference: no others see as many bugs, nor take as long. */
const oracles: ReadonlySet<string> = new Set(["src/runtime/wasm-engine.test.ts", "src/ops/ops.test.ts"]);

const folderOf = ({ file }: Mutant): string => `${path.posix.dirname(file)}/`;

/** The test files in the order in which they are tried: those in the mutant's folder, the oracles, then the quickest. */
export function inOrder(mutant: Mutant, tests: readonly TestFile[]): TestFile[] {
  const folder = folderOf(mutant);
  const rank = ({ file }: TestFile): number => (oracles.has(file) ? 1 : file.startsWith(folder) ? 0 : 2);
  return [...tests].sort((a, b) => rank(a) - rank(b) || a.computing - b.computing);
}

/**
 * The first test files that reach a mutant, as many as a budget allows. Where none is seen to reach it, those in its own
 * folder: what other threads run is not seen.
 * @param budget milliseconds of computing; at least one file is tried
 */
export function testsFor(mutant: Mutant, tests: readonly TestFile[], budget: number): TestFile[] {
  const reaching = tests.filter((test) => test.reached.has(mutant));
  const beside = tests.filter(({ file }) => file.startsWith(folderOf(mutant)));
  let spent = 0;
  return inOrder(mutant, reaching.length > 0 ? reaching : beside).filter(({ computing }, place) => {
    const fits = place === 0 || spent + computing <= budget;
    if (fits) spent += computing;
    return fits;
  });
}
