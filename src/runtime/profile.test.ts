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
