/** What realising promises: one program for one structure, and values that stay readable after an update. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertCloseTo } from "../../test/closeness.js";
import { StateError } from "../errors/errors.js";
import { SGD } from "../optim/index.js";
import type { Tensor } from "../tensor/tensor.js";
import { tensor } from "../tensor/creation.js";
import { compiledEngine, recordRealizations, setEngine } from "./realize.js";
import { referenceEngine } from "../reference/reference-engine.js";

/** w·x with w starting at [1, 2], and an optimizer for w. */
function model(): { w: Tensor; loss: () => Tensor; optimizer: SGD } {
  const w = tensor([1, 2], undefined, { requiresGrad: true });
  const loss = (): Tensor => w.mul(tensor([3, 5])).sum();
  return { w, loss, optimizer: new SGD([w], { lr: 0.1 }) };
}

function step(m: ReturnType<typeof model>): Tensor {
  m.optimizer.zeroGrad();
  const loss = m.loss();
  loss.backward();
  m.optimizer.step();
  return loss;
}

test("a program that fails leaves nothing behind that later ones would have to compute", () => {
  const m = model();
  const failing = { ...referenceEngine, prepare: () => () => assert.fail("out of memory") };
  setEngine(failing);
  assert.throws(() => step(m).item(), /out of memory/);
  setEngine(compiledEngine());
  assert.equal(tensor([1, 2]).sum().item(), 3);
  assert.deepEqual(m.w.tolist(), [1, 2]);
});

for (const [name, engine] of [
  ["compiled", compiledEngine()],
  ["reference", referenceEngine],
] as const) {
  test(`${name}: the loss that was stepped on is the one from before the step`, () => {
    setEngine(engine);
    const m = model();
    assert.equal(step(m).item(), 13);
    assertCloseTo(step(m).item(), 13 - 0.1 * 34, absolute(1e-5));
  });

  test(`${name}: what was computed from the weights before a step can still be asked for after it`, () => {
    setEngine(engine);
    const m = model();
    const before = m.loss().mul(2);
    step(m);
    assert.equal(before.item(), 26);
    assert.deepEqual([...m.w.grad!.data()], [3, 5]);
  });

  test(`${name}: but not after two steps`, () => {
    setEngine(engine);
    const m = model();
    const before = m.loss();
    step(m);
    step(m);
    assert.throws(
      () => before.item(),
      (error) =>
        error instanceof StateError && /overwritten twice since it was made\. Hint: call item/.test(error.message),
    );
    assert.ok(Number.isFinite(step(m).item()), "an error leaves nothing behind");
  });

  test(`${name}: gradients of a step can be added to those of the one before`, () => {
    setEngine(engine);
    const m = model();
    step(m);
    m.loss().backward();
    m.optimizer.step();
    assert.deepEqual(
      [...m.w.data()].map((x) => Math.round(x * 1e4) / 1e4),
      [1 - 0.3 - 0.6, 2 - 0.5 - 1].map((x) => Math.round(x * 1e4) / 1e4),
    );
  });

  test(`${name}: a loss whose value was asked for can still be differentiated`, () => {
    setEngine(engine);
    const m = model();
    const loss = m.loss();
    assert.equal(loss.item(), 13);
    loss.backward();
    assert.deepEqual([...m.w.grad!.data()], [3, 5]);
  });

  test(`${name}: a value that nothing will differentiate lets go of what it was computed from`, () => {
    setEngine(engine);
    const sum = tensor([1, 2, 3]).exp().sum();
    sum.item();
    assert.deepEqual(sum.node.inputs, []);
  });

  test(`${name}: a loss that was differentiated lets go of its computation, unless that is recorded`, () => {
    setEngine(engine);
    const m = model();
    const loss = step(m);
    loss.item();
    assert.deepEqual(loss.node.inputs, []);
    const sum = tensor([1, 2, 3]).exp().sum();
    recordRealizations(
      () => undefined,
      () => sum.item(),
    );
    assert.equal(sum.node.inputs.length, 1);
  });

  test(`${name}: two variables can take each other's values`, () => {
    setEngine(engine);
    const [a, b] = [
      tensor([1, 2, 3], undefined, { requiresGrad: true }),
      tensor([4, 5, 6], undefined, { requiresGrad: true }),
    ];
    const [x, y] = [a.detach(), b.detach()];
    a.copy_(y.flip(0));
    b.copy_(x);
    assert.deepEqual([...a.data()], [6, 5, 4]);
    assert.deepEqual([...b.data()], [1, 2, 3]);
  });
}

test("a step of the same structure is compiled once, whatever the learning rate", () => {
  setEngine(compiledEngine());
  const m = model();
  let compiled = 0;
  step(m);
  compiledEngine().onCompile(() => compiled++);
  for (let i = 0; i < 5; i++) {
    m.optimizer.paramGroups[0]!.lr = 0.1 / (i + 2);
    step(m);
  }
  assert.equal(compiled, 0);
});

test("a loss is computed with the step that it drives, whatever is asked for before that", () => {
  const engine = compiledEngine();
  setEngine(engine);
  const results: number[] = [];
  engine.onCompile((plan) => results.push(plan.outputs.length));
  const w = tensor([1, 2, 3, 4, 5], undefined, { requiresGrad: true });
  const optimizer = new SGD([w], { lr: 0.1 });
  w.exp().sum().backward();
  assert.equal(tensor([1, 2, 3, 4, 5, 6, 7]).sum().item(), 28);
  optimizer.step();
  engine.onCompile(() => undefined);
  // The sum alone; then the loss with the step.
  assert.deepEqual(results, [1, 1]);
});

test("elements from before a step are read while those after it are overwritten", () => {
  setEngine(compiledEngine());
  const numbers = Array.from({ length: 100 }, (_, i) => i);
  const w = tensor(numbers, undefined, { requiresGrad: true });
  const present = w.detach();
  // Read back to front, so that no place is read just when it is written.
  const before = w.detach().flip(0);
  w.copy_(present.add(1000));
  w.data();
  // This reads nothing of w itself.
  w.copy_(tensor(numbers).add(2000));
  assert.deepEqual([...before.data()], numbers.toReversed());
  assert.deepEqual(
    [...w.data()],
    numbers.map((i) => i + 2000),
  );
});
