/** A short real training: one epoch on MNIST with the default recipe, started as a user would. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "./idx-folder.js";
import { trainProcess } from "./training-process.js";

test("one epoch with the default recipe reaches 97 % and takes less than 300 MB", async (t) => {
  const out = path.join(temporaryFolder(t), "run");
  const { events, peak } = await trainProcess(["--epochs", "1", "--out", out]);

  const losses = events.filter(({ type }) => type === "step").map(({ loss }) => loss as number);
  assert.equal(losses.length, 938);
  assert.ok(losses.every(Number.isFinite));
  const { correct, total } = events.find(({ type }) => type === "epoch")! as unknown as {
    correct: number;
    total: number;
  };
  assert.equal(total, 10_000);
  assert.ok(correct >= 9700, `${correct} of ${total}`);

  t.diagnostic(`${correct} of ${total}, at most ${Math.round(peak / 1e6)} MB`);
  assert.ok(peak < 300e6, `${peak / 1e6} MB`);
});
