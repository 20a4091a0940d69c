/** Checks that memory stays flat while a network is trained. (short-training.test.ts measures the peak.) */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { idxFolder, temporaryFolder } from "./idx-folder.js";
import { trainProcess } from "./training-process.js";

const MB = 1e6;

test("a training takes no more memory from epoch 2 on", async (t) => {
  const [data, out] = [idxFolder(t, 648, 100), path.join(temporaryFolder(t), "run")];
  // An epoch has 81 batches. The images of a batch are 25 kB, and everything that a step computes is 2 MB.
  const { epochs } = await trainProcess(["--data", data, "--out", out, "--epochs", "8", "--batch-size", "8"]);
  assert.equal(epochs.length, 8);
  const [, second] = epochs;
  const growth = epochs.slice(2).map(({ rss, live }) => ({ rss: rss - second!.rss, live: live - second!.live }));
  const told = JSON.stringify(growth);
  // Keeping one batch per step would take 2 MB per epoch and 12 MB in all, and so would keeping one number per node. V8
  // itself takes up to 3 MB more for code and type feedback, once and in any epoch.
  assert.ok(Math.max(...growth.map(({ live }) => live)) < 4 * MB, `alive beyond epoch 2: ${told}`);
  const more = growth.slice(1).map(({ live }, i) => live - growth[i]!.live);
  const median = more.sort((a, b) => a - b)[more.length >> 1]!;
  assert.ok(median < 0.5 * MB, `alive in an epoch beyond the one before, as a rule: ${told}`);
  assert.ok(Math.max(...growth.map(({ rss }) => rss)) < 24 * MB, `resident beyond epoch 2: ${told}`);
});
