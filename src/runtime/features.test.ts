/** What is found out about the machine, on machines that are made up: a scope with some globals, and no others. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { availableThreads, hasFusedMultiplyAdd, maySleep, nodeModule, sharingProblem } from "./features.js";

/** Gives global names other contents for the time of a test; undefined: as where there is nothing of that name. */
function pretend(t: TestContext, globals: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(globals)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    t.after(() => {
      if (before) Object.defineProperty(globalThis, name, before);
      else delete (globalThis as Record<string, unknown>)[name];
    });
  }
}

test("in Node memory can be shared, and threads may sleep", () => {
  assert.equal(sharingProblem(), undefined);
  assert.equal(maySleep(), true);
});

test("a page shares memory only where it is isolated from other origins", (t) => {
  pretend(t, { crossOriginIsolated: false });
  assert.equal(sharingProblem(), "the page is not cross-origin isolated");
  pretend(t, { crossOriginIsolated: true });
  assert.equal(sharingProblem(), undefined);
  pretend(t, { SharedArrayBuffer: undefined });
  assert.equal(sharingProblem(), "the page is not cross-origin isolated");
});

test("a page's main thread may not sleep", (t) => {
  pretend(t, { document: {} });
  assert.equal(maySleep(), false);
});

test("Node's modules are there in Node only", (t) => {
  assert.equal(nodeModule<{ sep: string }>("path")!.sep.length, 1);
  assert.equal(nodeModule("no-such-module"), undefined);
  pretend(t, { process: undefined });
  assert.equal(nodeModule("path"), undefined);
});

test("a browser says how many threads there are; one where it does not", (t) => {
  assert.ok(availableThreads() >= 1);
  pretend(t, { process: undefined, navigator: { hardwareConcurrency: 6 } });
  assert.equal(availableThreads(), 6);
  pretend(t, { navigator: undefined });
  assert.equal(availableThreads(), 1);
});

test("this Node fuses multiplications with additions", () => assert.equal(hasFusedMultiplyAdd(), true));
