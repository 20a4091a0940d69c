/** How many helpers a crew starts, and what it tells them. They are counted and not started. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { globals } from "../compiler/calling-convention.js";
import { command } from "./command.js";
import { Crew } from "./crew.js";
import { nodeModule } from "./features.js";
import { Heap } from "./heap.js";
import type { LoadedProgram } from "./loaded-program.js";

test("a crew starts one helper fewer than there are threads, and later only those that are missing", (t) => {
  let started = 0;
  const workerThreads = nodeModule<{ Worker: new () => unknown }>("worker_threads")!;
  t.mock.method(workerThreads, "Worker", function () {
    started++;
    return { on: () => undefined, unref: () => undefined };
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

test("without shared memory there are no helpers", (t) => {
  Object.defineProperty(globalThis, "crossOriginIsolated", { value: false, configurable: true });
  t.after(() => Reflect.deleteProperty(globalThis, "crossOriginIsolated"));
  const crew = new Crew(new Heap());
  crew.words()[command.ready] = 2;
  assert.equal(crew.threads(3), 1);
});

test("a crew whose helpers cannot be started says so once and works alone", (t) => {
  const said = t.mock.method(console, "warn", () => undefined);
  t.mock.method(nodeModule<{ Worker: new () => unknown }>("worker_threads")!, "Worker", function () {
    throw new Error("Access to this API has been restricted");
  });
  const crew = new Crew(new Heap());
  for (const wanted of [3, 2, 3]) crew.startMissing(wanted);
  assert.deepEqual(
    said.mock.calls.map((call) => call.arguments),
    [["kilograd computes on one thread: Access to this API has been restricted"]],
  );
  crew.words()[command.ready] = 2;
  assert.equal(crew.threads(3), 1);
});

test("a command names the program and the run, is complete when its number is even, and wakes the helpers", (t) => {
  const crew = new Crew(new Heap());
  const words = crew.words();
  words[command.finished] = 2; // of the run before
  const seen: number[] = [];
  t.mock.method(Atomics, "notify", (_: Int32Array, index: number) => seen.push(index, words[command.generation]!));
  const program = { id: 3, bytesAt: 640, length: 50, clockAt: 1280, marks: [{}, {}] } as unknown as LoadedProgram;
  crew.summon(program, { threads: 3, globals: globals.map((_, i) => 100 + i), scratchBytes: 192, run: 9 });
  // generation, ready, finished; program, bytes, length; threads, run, scratch; clock, marks; then the globals.
  assert.deepEqual([...words], [2, 0, 0, 3, 640, 50, 3, 9, 192, 1280, 2, 100, 101, 102, 103, 104, 105, 106]);
  assert.deepEqual(seen, [command.generation, 2]);
});

test("a run of three threads is over when two helpers have finished", () => {
  const crew = new Crew(new Heap());
  crew.words()[command.finished] = 2;
  crew.awaitHelpers(3);
});
