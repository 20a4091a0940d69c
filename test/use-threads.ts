/** Changing the number of threads in a test. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { ones } from "../src/entries/index.js";
import { compiledEngine } from "../src/runtime/realize.js";

/** Sets the number of threads and waits until all take part, because helpers join when they have started. */
export async function useThreads(threads: number): Promise<void> {
  compiledEngine().configure({ threads, numerics: "fast" }); // more than there are processors, if need be
  const deadline = Date.now() + 30_000;
  do {
    assert.ok(Date.now() < deadline, `${threads} threads did not start within 30 s`);
    await sleep(5);
    ones([4]).add(1).data();
  } while (compiledEngine().lastThreads !== threads);
}
