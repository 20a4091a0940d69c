/** Work that is done once a computation has begun. `workMeanwhile` is what the engine calls at that moment. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { StateError } from "../errors/errors.js";
import { tensor } from "../tensor/creation.js";
import { meanwhile, refuseComputing, workMeanwhile } from "./meanwhile.js";

test("it is done in the next computation, once", () => {
  let done = 0;
  meanwhile(() => done++);
  assert.equal(done, 0);
  assert.equal(tensor([1, 2]).sum().item(), 3);
  assert.equal(done, 1);
  workMeanwhile();
  assert.equal(done, 1);
});

test("there is room for one piece of work: the last that was asked for", () => {
  const done: string[] = [];
  meanwhile(() => done.push("first"));
  meanwhile(() => done.push("second"));
  workMeanwhile();
  assert.deepEqual(done, ["second"]);
});

test("it can be taken back, but only as long as it waits", () => {
  const done: string[] = [];
  const takeBack = meanwhile(() => done.push("first"));
  takeBack();
  workMeanwhile();
  meanwhile(() => done.push("second"));
  takeBack();
  workMeanwhile();
  assert.deepEqual(done, ["second"]);
});

test("it may not compute anything", () => {
  const refusal = (error: unknown): boolean => error instanceof StateError && /begun already/.test(error.message);
  let refused = false;
  meanwhile(() => {
    assert.throws(() => tensor([1, 2]).sum().item(), refusal);
    assert.throws(refuseComputing, refusal);
    refused = true;
  });
  assert.equal(tensor([3]).sum().item(), 3);
  assert.ok(refused);
  assert.doesNotThrow(refuseComputing);
});

test("nobody is told when it fails, and computing goes on afterwards", () => {
  meanwhile(() => {
    throw new Error("no more images");
  });
  assert.doesNotThrow(workMeanwhile);
  assert.doesNotThrow(refuseComputing);
  // It may ask for more of the same.
  let done = 0;
  meanwhile(() => meanwhile(() => done++));
  workMeanwhile();
  assert.equal(done, 0);
  workMeanwhile();
  assert.equal(done, 1);
});
