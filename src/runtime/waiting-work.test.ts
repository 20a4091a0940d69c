/** Work that is done once a computation has begun. `run` is what an engine calls at that moment. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StateError } from "../errors/errors.js";
import { compile } from "../tensor/compile.js";
import { tensor } from "../tensor/creation.js";
import { compiledEngine } from "./realize.js";
import { WaitingWork } from "./waiting-work.js";

const isRefusal = (error: unknown): boolean => error instanceof StateError && /already under way/.test(error.message);

test("it is done once", () => {
  const work = new WaitingWork();
  let done = 0;
  work.add(() => done++);
  assert.equal(done, 0);
  work.run();
  work.run();
  assert.equal(done, 1);
});

test("there is room for one piece of work: the last that was added", () => {
  const work = new WaitingWork();
  const done: string[] = [];
  work.add(() => done.push("first"));
  work.add(() => done.push("second"));
  work.run();
  assert.deepEqual(done, ["second"]);
});

test("it can be withdrawn, but only as long as it waits", () => {
  const work = new WaitingWork();
  const done: string[] = [];
  const withdraw = work.add(() => done.push("first"));
  withdraw();
  work.run();
  work.add(() => done.push("second"));
  withdraw();
  work.run();
  assert.deepEqual(done, ["second"]);
});

test("nobody is told when it fails, and it may ask for more of the same", () => {
  const work = new WaitingWork();
  work.add(() => {
    throw new Error("no more images");
  });
  assert.doesNotThrow(() => work.run());
  assert.doesNotThrow(() => work.refuseComputing());
  let done = 0;
  work.add(() => work.add(() => done++));
  work.run();
  assert.equal(done, 0);
  work.run();
  assert.equal(done, 1);
});

describe("with the compiled engine", () => {
  const { waitingWork } = compiledEngine();

  test("it is done in the next computation", () => {
    let done = 0;
    waitingWork.add(() => done++);
    assert.equal(tensor([1, 2]).sum().item(), 3);
    assert.equal(done, 1);
  });

  test("it cannot compute anything, not even by a compiled function", () => {
    const double = compile((x: ReturnType<typeof tensor>) => x.add(x));
    const four = (): number => double(tensor([2])).item();
    for (let calls = 0; calls < 3; calls++) assert.equal(four(), 4);
    let refused = 0;
    for (const compute of [() => tensor([1, 2]).sum().item(), four]) {
      waitingWork.add(() => {
        assert.throws(compute, isRefusal);
        refused++;
      });
      assert.equal(
        tensor([3])
          .mul(tensor([2]))
          .item(),
        6,
      );
    }
    assert.equal(refused, 2);
    assert.equal(four(), 4);
  });
});
