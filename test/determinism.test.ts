/** Trainings end with the same bits for any number of threads and, in `strict`, with any version of Node. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { manualSeed } from "../src/entries/index.js";
import { compiledEngine } from "../src/runtime/realize.js";
import { currentNode } from "./environments.js";
import { jsonFixture } from "./fixtures.js";
import { needs } from "./oracles.js";
import { firstBatches, makeNotebook, trainStep, weightsHash } from "./notebook.js";
import { useThreads } from "./use-threads.js";

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The state of the notebook's network after a number of steps, all on the given number of threads. */
async function hashAfter(
  steps: number,
  { threads, batchSize }: { threads: number; batchSize: number },
): Promise<string> {
  await useThreads(threads);
  manualSeed(1);
  const notebook = makeNotebook(batchSize);
  for (const batch of firstBatches(notebook.trainLoader, steps)) {
    trainStep(notebook, batch);
    assert.equal(compiledEngine().lastThreads, threads, "threads of this step");
  }
  return weightsHash(notebook.model);
}

test("200 steps give the same bits with 1 and with 2 threads", async () => {
  const one = await hashAfter(200, { threads: 1, batchSize: 32 });
  assert.equal(await hashAfter(200, { threads: 2, batchSize: 32 }), one);
});

for (const batchSize of [1, 3]) {
  test(`batches of ${batchSize} give the same bits with 1 and with 4 threads`, async () => {
    const one = await hashAfter(20, { threads: 1, batchSize });
    assert.equal(await hashAfter(20, { threads: 4, batchSize }), one);
  });
}

for (const [name, node, options] of [
  ["the Node that runs the tests", process.execPath, {}],
  ["a current Node", currentNode, needs("the same bits in a current Node", "currentNode")],
] as const) {
  test(`strict: ${name} ends 200 steps with the bits of fixtures/strict-weights.json`, options, async () => {
    const args = ["--import", "tsx", at("test/strict-training.ts")];
    const { stdout } = await promisify(execFile)(node, args, { cwd: at(".") });
    assert.deepEqual(JSON.parse(stdout), jsonFixture("strict-weights.json"));
  });
}
