/** Checks that compile() notices what has changed between two calls: settings, fields of modules, and what a step captures. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "./compile.js";
import * as F from "../nn/functional/index.js";
import { Buffer, Dropout, Linear, Module, Parameter } from "../nn/index.js";
import { SGD } from "../optim/index.js";
import { noGrad } from "../graph/grad-mode.js";
import { manualSeed, rand } from "../random/random.js";
import { compiledEngine, setEngine } from "../runtime/realize.js";
import { full, tensor } from "./creation.js";
import type { Tensor } from "./tensor.js";

/**
 * A network that draws random numbers in a different order than its graph is computed, and draws some that it does not
 * use.
 */
class Drawing extends Module {
  a = new Dropout(0.5);
  b = new Dropout(0.5);
  body = new Linear(6, 2);
  mask = tensor([1, 1, 1, 1, 1, 0]);
  order = [0, 1];

  override forward(x: Tensor): Tensor {
    const [p, q] = [this.a(x), this.b(x)];
    this.b(p);
    const drawn = this.body(
      q
        .add(p)
        .add(rand([1, 6]))
        .mul(this.mask),
    );
    const scores = drawn.mul(drawn.select(1, this.order[0]!).unsqueeze(1));
    return "doubled" in this ? scores.mul(2) : scores;
  }
}

/** Trains with a change after step 5, and returns the losses. */
function trainChanged(change: (model: Drawing, optimizer: SGD) => void, { compiled }: { compiled: boolean }): number[] {
  manualSeed(3);
  const model = new Drawing();
  const optimizer = new SGD(model.parameters(), { lr: 0.05 });
  const plain = (x: Tensor, y: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  const step = compiled ? compile(plain) : plain;
  return Array.from({ length: 10 }, (_, i) => {
    if (i === 5) change(model, optimizer);
    return step(rand([4, 6]), tensor(Int32Array.of(0, 1, 1, 0))).item();
  });
}

const extra = tensor([1, 2], undefined, { requiresGrad: true });
const changes: Readonly<Record<string, (model: Drawing, optimizer: SGD) => void>> = {
  nothing: () => undefined,
  "weight decay": (_, { paramGroups: [group] }) => (group!.weightDecay = 0.1),
  momentum: (_, { paramGroups: [group] }) => (group!.momentum = 0.9),
  "a group": (_, optimizer) => optimizer.addParamGroup({ params: [extra] }),
  "a dropout's p": (model) => Object.assign(model.a, { p: 0.1 }),
  "a module's mode, as a field": (model) => (model.b.training = false),
  "a frozen parameter": (model) => (model.body.bias!.requiresGrad = false),
  "a parameter that is another one": (model) =>
    Object.assign(model.body, { weight: new Parameter(full([2, 6], 0.5), false) }),
  "a bias that is gone": (model) => Object.assign(model.body, { bias: null }),
  "a list of numbers": (model) => (model.order[0] = 1),
  "a field that is new": (model) => Object.assign(model, { doubled: true }),
  "a tensor in a field": (model) => (model.mask = tensor([1, 0, 1, 0, 1, 0])),
  "the parameters of a group": (_, { paramGroups: [group] }) =>
    Object.assign(group!, { params: group!.params.slice(0, -1) }),
  "the groups": (_, { paramGroups }) => paramGroups.pop(),
};
for (const [name, change] of Object.entries(changes)) {
  test(`the same bits after a change of ${name}`, () => {
    setEngine(compiledEngine());
    assert.deepEqual(trainChanged(change, { compiled: true }), trainChanged(change, { compiled: false }));
  });
}

class Nested extends Module {
  body = new Linear(2, 1);
  setting: { rate: { scale: number }; masks: Tensor[] } = { rate: { scale: 1 }, masks: [tensor([1, 1])] };
  steps = [[1, 1], [1]]; // prettier-ignore
  override forward(x: Tensor): Tensor {
    const { rate, masks } = this.setting;
    return this.body(x.mul(masks[0]!)).mul(rate.scale).mul(this.steps[0]![1]!);
  }
}

const deepChanges: Readonly<Record<string, (model: Nested) => void>> = {
  "a number two objects deep": (model) => (model.setting.rate.scale = 3),
  "an object in an object": (model) => (model.setting.rate = { scale: 4 }),
  "a list in a list": (model) => (model.steps[0]![1] = 5),
  "a list that grows": (model) => model.steps.push([7]),
  "a tensor in a list": (model) => (model.setting.masks[0] = tensor([0, 1])),
};
for (const [name, change] of Object.entries(deepChanges)) {
  test(`a compiled forward pass notices a change of ${name}`, () => {
    setEngine(compiledEngine());
    const model = new Nested();
    const forward = compile((x) => noGrad(() => model(x)));
    const x = tensor([[1, 2]]);
    for (let i = 0; i < 8; i++) {
      if (i === 5) change(model);
      assert.equal(forward(x).item(), model(x).item(), `call ${i}`);
    }
  });
}

const changed = /^StateError: compile: the step computes something else than when it was recorded/;

test("a number that differs in every call is refused by the third one, before it computes", () => {
  setEngine(compiledEngine());
  let count = 0;
  const step = compile((x) => x.mul(++count));
  assert.deepEqual([1, 2].map(() => step(tensor([1])).item()), [1, 2]); // prettier-ignore
  assert.throws(
    () => step(tensor([1])),
    (error) => changed.test(String(error)),
  );
  const drawn = compile((x) => x.mul(Math.random()));
  drawn(tensor([1]));
  drawn(tensor([1]));
  assert.throws(
    () => drawn(tensor([1])),
    (error) => changed.test(String(error)),
  );
});

test("a captured number, model or buffer that changes later is found by the next comparison", () => {
  setEngine(compiledEngine());
  const steps: [step: (x: Tensor) => Tensor, change: () => void][] = [];
  let scale = 1;
  steps.push([(x) => x.mul(scale), () => (scale = 2)]);
  let model = new Linear(1, 1);
  steps.push([(x) => noGrad(() => model(x)), () => (model = new Linear(1, 1))]);
  let flag = false;
  steps.push([(x) => (flag ? x.exp() : x.neg()), () => (flag = true)]);
  let swapped = false;
  steps.push([(x) => (swapped ? x.sub(x.mul(2)) : x.mul(2).sub(x)), () => (swapped = true)]);
  for (const [plain, change] of steps) {
    const step = compile(plain);
    for (let i = 0; i < 150; i++) step(tensor([i]));
    change();
    assert.throws(
      () => Array.from({ length: 256 }, () => step(tensor([1]))),
      (error) => changed.test(String(error)),
    );
    assert.equal(step(tensor([3])).item(), plain(tensor([3])).item(), "it is recorded anew");
  }
});

test("a buffer's present elements are read in each call", () => {
  setEngine(compiledEngine());
  const mask = new Buffer(tensor([1, 0]));
  const step = compile((x) => x.mul(mask));
  for (let i = 0; i < 8; i++) {
    if (i === 4) mask.setData(Float32Array.of(0, 1));
    if (i === 6) mask.copy_(mask.add(1));
    assert.deepEqual(step(tensor([3, 4])).tolist(), tensor([3, 4]).mul(mask).tolist());
  }
});
