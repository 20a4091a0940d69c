/** What a profile adds up to. No times are compared with anything but each other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SGD } from "../optim/index.js";
import { rand } from "../random/random.js";
import { tensor } from "../tensor/creation.js";
import { compiledEngine, setEngine } from "./realize.js";
import { profile } from "./profile.js";

test("a profile lists each kernel, barrier and the time outside, and together they are the step", () => {
  setEngine(compiledEngine());
  compiledEngine().configure({ threads: 1 });
  const w = tensor([1, 2, 3], undefined, { requiresGrad: true });
  const optimizer = new SGD([w], { lr: 0.01 });
  const x = rand([64, 3]);
  const step = (): void => {
    optimizer.zeroGrad();
    x.mul(w).sum().backward();
    optimizer.step();
  };
  step();
  const plain = w.data();
  const { stepMs, entries } = profile(step, { warmup: 2, steps: 20 });

  assert.ok(entries.some(({ part, what }) => part !== "barrier" && /^loop \[/.test(what)));
  assert.equal(entries.filter(({ part }) => part === "outside").length, 1);
  assert.ok(entries.every(({ ms, thread }) => ms >= 0 && thread === 0));
  const sum = entries.reduce((total, { ms }) => total + ms, 0);
  // The clock starts with the first mark of a run: what comes before the first run's is missing, one in twenty.
  assert.ok(sum > 0 && sum < 1.5 * stepMs + 1, `${sum} of ${stepMs}`);
  assert.notDeepEqual([...w.data()], [...plain], "it trains while it measures");
});

test("afterwards programs measure nothing any more", () => {
  const engine = compiledEngine();
  setEngine(engine);
  const step = (): void => void tensor([1, 2, 3]).exp().sum().item();
  assert.ok(profile(step, { warmup: 1, steps: 1 }).entries.length > 0);
  step();
  assert.deepEqual(engine.readProfile(), []);
  assert.throws(() =>
    profile(() => assert.fail("a step that fails"), {
      warmup: 1,
      steps: 1,
    }),
  );
  step();
  assert.deepEqual(engine.readProfile(), []);
});

test("what ran before the measured steps is not counted, and each mark counts once a step", (t) => {
  const engine = compiledEngine();
  setEngine(engine);
  engine.configure({ threads: 1 });
  let now = 0;
  t.mock.method(performance, "now", () => now++); // each look at the clock takes a millisecond
  const step = (): void => void tensor([1, 2, 3]).tanh().sum().item();
  const times = (warmup: number): number[] => {
    const { stepMs, entries } = profile(step, { warmup, steps: 8 });
    assert.equal(
      entries.reduce((sum, { ms }) => sum + ms, 0),
      stepMs,
    );
    return entries.filter(({ part }) => part !== "outside").map(({ ms }) => ms);
  };
  const first = times(3);
  assert.ok(first.length > 0 && first.every((ms) => ms === 1), String(first));
  assert.deepEqual(times(30), first);
});

test("unless it is told otherwise, it measures 100 steps after 50 others", () => {
  let steps = 0;
  profile(() => steps++);
  assert.equal(steps, 150);
});

test("each thread has times of its own", () => {
  const engine = compiledEngine();
  setEngine(engine);
  engine.configure({ threads: 2 });
  // Several stages: each product needs all rows of the one before.
  const x = rand([128, 128]);
  const step = (): void => void x.matmul(x).matmul(x).matmul(x).sum().item();
  for (let tries = 0; engine.lastThreads < 2 && tries < 1000; tries++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10); // a helper takes a moment to start
    step();
  }
  const { entries } = profile(step, { warmup: 3, steps: 50 });
  engine.configure({ threads: 1 });
  const of = (thread: number): typeof entries => entries.filter((entry) => entry.thread === thread);
  assert.deepEqual(
    of(1).map(({ part, what }) => [part, what]),
    of(0).map(({ part, what }) => [part, what]),
  );
  for (const thread of [0, 1]) {
    assert.ok(of(thread).every(({ ms }) => Number.isFinite(ms) && ms >= 0));
    assert.ok(
      of(thread).some(({ ms, part }) => ms > 0 && part !== "outside"),
      `thread ${thread} has worked`,
    );
  }
});
