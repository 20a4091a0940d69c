import assert from "node:assert/strict";
import { test } from "node:test";
import type { Mutant } from "./mutants.js";
import { testsFor, type TestFile } from "./reach.js";

const mutant: Mutant = {
  file: "src/ops/reduce.ts",
  mutator: "operator",
  start: 0,
  end: 1,
  replacement: "",
  statement: false,
};
const testFile = (file: string, computing: number, reached = true): TestFile => ({
  file,
  ms: 5 * computing,
  computing,
  reached: new Set(reached ? [mutant] : []),
});

const tests = [
  testFile("src/compile.test.ts", 3000),
  testFile("src/ops/reduce.test.ts", 2000),
  testFile("src/ops/view.test.ts", 500, false),
  testFile("src/random.test.ts", 400),
  testFile("src/runtime/wasm-engine.test.ts", 15_000),
  testFile("src/nn/layers.test.ts", 2500),
];

test("tests beside the mutant come first, then the oracles, then the quickest; those that do not reach it do not come", () => {
  const files = testsFor(mutant, tests, 60_000).map(({ file }) => file);
  assert.deepEqual(files, [
    "src/ops/reduce.test.ts",
    "src/runtime/wasm-engine.test.ts",
    "src/random.test.ts",
    "src/nn/layers.test.ts",
    "src/compile.test.ts",
  ]);
});

test("no more tests than the budget allows, but at least one", () => {
  assert.deepEqual(
    testsFor(mutant, tests, 2400).map(({ computing }) => computing),
    [2000, 400],
  );
  assert.deepEqual(
    testsFor(mutant, tests, 100).map(({ computing }) => computing),
    [2000],
  );
});

test("where no test is seen to reach it, those beside it are tried", () => {
  const unseen = { ...mutant };
  assert.deepEqual(
    testsFor(unseen, tests, 60_000).map(({ file }) => file),
    ["src/ops/view.test.ts", "src/ops/reduce.test.ts"],
  );
  assert.deepEqual(testsFor({ ...unseen, file: "src/text/names.ts" }, tests, 60_000), []);
});
