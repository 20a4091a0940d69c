/** How many helpers a crew starts. They are counted and not started. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { command } from "./command.js";
import { Crew } from "./crew.js";
import { nodeModule } from "./features.js";
import { Heap } from "./heap.js";

test("a crew starts one helper fewer than there are threads, and later only those that are missing", (t) => {
  let started = 0;
  const workerThreads = nodeModule<{ Worker: new () => unknown }>("worker_threads")!;
  t.mock.method(workerThreads, "Worker", function () {
    started++;
    return { unref: () => undefined };
  });
  const crew = new Crew(new Heap());
  const counts = [1, 3, 2, 3, 5].map((wanted) => {
    crew.startMissing(wanted);
    return started;
  });
  assert.deepEqual(counts, [0, 2, 2, 2, 4]);
});

test("a run has as many threads as are wanted, but no more than have started", () => {
  const crew = new Crew(new Heap());
  assert.equal(crew.threads(3), 1);
  crew.words()[command.ready] = 2;
  assert.deepEqual([1, 2, 3, 4].map((wanted) => crew.threads(wanted)), [1, 2, 3, 3]); // prettier-ignore
});
