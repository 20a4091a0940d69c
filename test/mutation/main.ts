/** `npm run mutate`: plants small bugs in copies of the checkout and counts how many of them the tests catch. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Checkout } from "./checkout.js";
import { describe, mutantsOf, mutate, type Mutant } from "./mutants.js";
import { namedMutations } from "./named-mutations.js";
import { readOptions, type Options } from "./options.js";
import { inOrder, instrumentAll, testsFor, watch, type TestFile } from "./reach.js";
import { isCaught, scoreTable, type Verdict } from "./report.js";
import { sample } from "./sample.js";
import { killAll, runTestFile } from "./test-process.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A mutant to try, with the row of the table in which it counts. */
interface Candidate {
  readonly group: string;
  readonly mutant: Mutant;
  /** The mutant in one line. */
  readonly line: string;
}

/** Files that hold no code of their own, or samples for tests. */
const isLeftOut = (file: string): boolean => /\.test\.ts$|(^|\/)index\.ts$|sample/.test(file);

function drawCandidates(checkout: Checkout, { folders, sample: count, seed, again }: Options): Candidate[] {
  const candidates = folders.flatMap((group) => {
    const files = group.split(",").flatMap((folder) => checkout.sources(folder).filter((file) => !isLeftOut(file)));
    const mutants = files.flatMap((file) => mutantsOf(file, checkout.read(file)));
    process.stdout.write(`${group}: ${files.length} files, ${mutants.length} mutants\n`);
    return sample(mutants, count, seed).map((mutant) => candidate(checkout, group, mutant));
  });
  if (again === undefined) return candidates;
  const earlier = (JSON.parse(fs.readFileSync(again, "utf8")) as { verdicts: Verdict[] }).verdicts;
  const survivors = new Set(earlier.filter((verdict) => !isCaught(verdict)).map(({ mutant }) => mutant));
  return candidates.filter(({ line }) => survivors.has(line));
}

function namedCandidates(checkout: Checkout): Candidate[] {
  return namedMutations.map(({ name, file, find, replacement }) => {
    const text = checkout.read(file);
    const start = text.indexOf(find);
    if (start < 0 || text.includes(find, start + 1)) throw new Error(`${name}: ${file} must hold once: ${find}`);
    const end = start + find.length;
    return candidate(checkout, name, { file, mutator: "named", start, end, replacement, statement: false });
  });
}

function candidate(checkout: Checkout, group: string, mutant: Mutant): Candidate {
  return { group, mutant, line: describe(mutant, checkout.read(mutant.file)) };
}

/** Gives each item to the next checkout that is free. */
async function share<T, R>(
  items: readonly T[],
  checkouts: readonly Checkout[],
  work: (item: T, checkout: Checkout) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (checkout: Checkout): Promise<void> => {
    while (next < items.length) {
      const place = next++;
      results[place] = await work(items[place]!, checkout);
    }
  };
  await Promise.all(checkouts.map(worker));
  return results;
}

/** The test files that pass on the unchanged code, with the mutants that they reach. */
async function watchTests(
  checkouts: readonly Checkout[],
  mutants: readonly Mutant[],
  folders: readonly string[],
): Promise<TestFile[]> {
  const files = folders.flatMap((folder) => checkouts[0]!.sources(folder)).filter((file) => file.endsWith(".test.ts"));
  const originals = new Map(mutants.map(({ file }) => [file, checkouts[0]!.read(file)]));
  for (const checkout of checkouts) instrumentAll(checkout, mutants);
  const watched = await share(files, checkouts, async (file, checkout) => {
    const test = await watch(checkout, file, mutants);
    if (!test) process.stdout.write(`${file} fails without any mutant: it is left out.\n`);
    return test;
  });
  for (const checkout of checkouts) originals.forEach((text, file) => checkout.write(file, text));
  return watched.filter((test) => test !== undefined);
}

/** Runs tests on a mutant until one fails. */
async function judge(
  { group, mutant, line }: Candidate,
  tests: readonly TestFile[],
  checkout: Checkout,
): Promise<Verdict> {
  if (tests.length === 0) return { group, mutant: line, status: "not reached" };
  const original = checkout.read(mutant.file);
  checkout.write(mutant.file, mutate(original, mutant));
  try {
    for (const { file, ms } of tests) {
      // Many times what it takes, as other work may run beside it.
      const { status, failedTest } = await runTestFile(checkout, file, 5 * ms + 15_000);
      if (status === "timed out") return { group, mutant: line, status, killedBy: file };
      if (status === "failed") return { group, mutant: line, status: "killed", killedBy: `${file}: ${failedTest}` };
    }
    return { group, mutant: line, status: "survived" };
  } finally {
    checkout.write(mutant.file, original);
  }
}

async function main(options: Options): Promise<void> {
  const began = performance.now();
  const checkouts = [new Checkout(root), new Checkout(root)];
  process.on("exit", () => {
    killAll();
    checkouts.forEach((checkout) => checkout.remove());
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

  const candidates = options.named ? namedCandidates(checkouts[0]!) : drawCandidates(checkouts[0]!, options);
  const mutants = candidates.map(({ mutant }) => mutant);
  // A named mutation may cover several statements, which no call can be put around: all tests are tried on it.
  const tests = await watchTests(checkouts, options.named ? [] : mutants, options.tests);
  process.stdout.write(`${tests.length} test files. ${candidates.length} mutants are tried.\n`);

  fs.mkdirSync(path.dirname(options.out), { recursive: true });
  const verdicts: Verdict[] = [];
  await share(candidates, checkouts, async (one, checkout) => {
    const chosen = options.named ? inOrder(one.mutant, tests) : testsFor(one.mutant, tests, options.budget * 1000);
    const verdict = await judge(one, chosen, checkout);
    if (options.named || !isCaught(verdict)) process.stdout.write(`${verdict.status}: ${verdict.mutant}\n`);
    verdicts.push(verdict);
    // After each mutant: a run that is broken off has a result, too.
    fs.writeFileSync(options.out, JSON.stringify({ options, verdicts }, undefined, 2));
  });
  const seconds = Math.round((performance.now() - began) / 1000);
  process.stdout.write(`\n${scoreTable(verdicts)}\n${seconds} s; ${options.out}\n`);
  if (options.named && !verdicts.every(isCaught)) process.exitCode = 1;
}

await main(readOptions(process.argv.slice(2)));
