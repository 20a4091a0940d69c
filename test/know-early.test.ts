/**
 * Checks 'hopeless' on recorded runs: no run that passed is called hopeless, and most that did not pass are, by epoch
 * 3.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { recordedPlans } from "../fixtures/know-early/recorded-plans.js";
import { foretell, foretellingCounts, foretellingTable, recordedRuns } from "./recorded-runs.js";

const runs = recordedRuns();

test("at least 20 runs are recorded, each to the end of its budget or until it failed", () => {
  assert.ok(runs.length >= 20, String(runs.length));
  for (const { name, epochs, records, error } of runs) assert.ok(records.length === epochs || error, name);
});

test("the runs are those that fixtures/know-early/recorded-runs.ts trains", () => {
  assert.deepEqual(
    runs.map(({ name, epochs }) => [name, epochs]),
    Object.entries(recordedPlans).map(([name, { settings }]) => [name, settings.epochs]),
  );
});

test("no run that passed is called hopeless", () => {
  const passed = runs.map(foretell).filter(({ passed }) => passed);
  assert.ok(passed.length >= 3);
  assert.deepEqual(
    passed.filter(({ hopeless }) => hopeless).map(({ run }) => run.name),
    [],
  );
});

for (const [which, least] of [
  ["of any length", 0],
  ["as long as the default recipe, which gives errors the most time to fall", 14],
] as const) {
  test(`most runs that did not pass are called hopeless, ${which}`, () => {
    const failed = runs.map(foretell).filter(({ passed, run }) => !passed && run.epochs >= least);
    const known = failed.filter(({ hopeless }) => hopeless);
    assert.ok(known.length > failed.length / 2, `${known.length} of ${failed.length}`);
  });
}

test("at epoch 3, no run that passed had half the training loss that counts as hopeless", () => {
  const losses = runs.map(foretell).flatMap(({ passed, run }) => (passed ? [run.records[2]!.trainLoss] : []));
  assert.ok(Math.max(...losses) < 0.1, String(Math.max(...losses)));
});

test("the table in docs/know-early.md is up to date", () => {
  const text = fs.readFileSync(new URL("../docs/know-early.md", import.meta.url), "utf8");
  assert.ok(text.includes(`\n${foretellingCounts(runs)}\n`), "run `npx tsx fixtures/know-early/know-early-table.ts`");
  assert.ok(text.includes(foretellingTable(runs)), "run `npx tsx fixtures/know-early/know-early-table.ts`");
});
