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
  const numbers = fs.readFileSync(notes, "utf8").split("\n").filter(Boolean).map(Number);
  return { file, ms, reached: new Set(numbers.map((number) => mutants[number]!)) };
}

/** The test files in the order in which they are tried: those in the mutant's own folder first, then the quickest. */
export function inOrder(mutant: Mutant, tests: readonly TestFile[]): TestFile[] {
  const folder = `${path.posix.dirname(mutant.file)}/`;
  const near = ({ file }: TestFile): number => Number(file.startsWith(folder));
  return [...tests].sort((a, b) => near(b) - near(a) || a.ms - b.ms);
}

/**
 * The first test files that reach a mutant, as many as a budget allows.
 * @param budget milliseconds; at least one file is tried
 */
export function testsFor(mutant: Mutant, tests: readonly TestFile[], budget: number): TestFile[] {
  const reaching = tests.filter((test) => test.reached.has(mutant));
  let spent = 0;
  return inOrder(mutant, reaching).filter(({ ms }, place) => {
    const fits = place === 0 || spent + ms <= budget;
    if (fits) spent += ms;
    return fits;
  });
}
