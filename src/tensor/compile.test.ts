/**
 * Checks that compile() gives the same bits as the step itself, and an error for every function that cannot be
 * recorded.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "./compile.js";
import { StateError } from "../errors/errors.js";
import * as F from "../nn/functional/index.js";
import {
  BatchNorm2d,
  Buffer,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  Module,
  Parameter,
  ReLU,
  Sequential,
} from "../nn/index.js";
import { Adam, SGD, type Optimizer, type SGDOptions } from "../optim/index.js";
import { noGrad } from "../graph/grad-mode.js";
import { manualSeed, rand } from "../random/random.js";
import { compiledEngine, setEngine } from "../runtime/realize.js";
import { referenceEngine } from "../reference/reference-engine.js";
import { full, tensor } from "./creation.js";
import type { Tensor } from "./tensor.js";

type MakeOptimizer = (params: Iterable<Tensor>) => Optimizer;

/** Trains a small network on batches of 4 and 3. Returns its state and its losses. */
function train(make: MakeOptimizer, { compiled }: { compiled: boolean }): { losses: number[]; state: number[][] } {
  manualSeed(7);
  const model = new Sequential(
    new Conv2d(1, 3, 3),
    new BatchNorm2d(3),
    new ReLU(),
    new Dropout(0.3),
    new Flatten(),
    new Linear(48, 2),
  );
  const optimizer = make(model.parameters());
  const plain = (images: Tensor, labels: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model(images), labels);
    loss.backward();
    optimizer.step();
    return loss;
  };
  const step = compiled ? compile(plain) : plain;
  const losses = Array.from({ length: 12 }, (_, i) => {
    const size = i % 3 === 2 ? 3 : 4;
    const loss = step(rand([size, 1, 6, 6]), tensor(Int32Array.from({ length: size }, (_, k) => (k + i) % 2))).item();
    optimizer.paramGroups[0]!.lr *= 0.9;
    if (i === 6) model.eval();
    if (i === 8) model.train();
    return loss;
  });
  return { losses, state: [...model.stateDict().values()].map((value) => [...value.data()]) };
}

const optimizers: Readonly<Record<string, MakeOptimizer>> = {
  SGD: (params) => new SGD(params, { lr: 0.1, momentum: 0.9, dampening: 0.1, weightDecay: 0.01 }),
  Adam: (params) => new Adam(params, { lr: 0.01, weightDecay: 0.01 }),
};

for (const [engineName, engine] of [
  ["compiled", compiledEngine()],
  ["reference", referenceEngine],
] as const) {
  for (const [name, make] of Object.entries(optimizers)) {
    test(`${engineName} engine, ${name}: a compiled step gives the bits of the step itself`, () => {
      setEngine(engine);
      assert.deepEqual(train(make, { compiled: true }), train(make, { compiled: false }));
    });
  }
}

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

test("a step that only reads another network leaves its gradients alone", () => {
  setEngine(compiledEngine());
  const [mine, other] = [new Linear(2, 2), new Linear(2, 1)];
  const optimizer = new SGD(mine.parameters(), { lr: 0.1 });
  other(tensor([[1, 2]]))
    .sum()
    .backward();
  other.requiresGrad_(false);
  const step = compile((x) => {
    optimizer.zeroGrad();
    const loss = other(mine(x)).sum();
    loss.backward();
    optimizer.step();
    return loss;
  });
  for (let i = 0; i < 4; i++) step(tensor([[1, 2]]));
  assert.deepEqual([...other.weight.grad!.data()], [1, 2]);
});

test("the function is called three times for each shape, and again after a change of mode", () => {
  setEngine(compiledEngine());
  const model = new Linear(2, 1);
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  let calls = 0;
  const step = compile((x) => {
    calls++;
    optimizer.zeroGrad();
    const loss = model(x).sum();
    loss.backward();
    optimizer.step();
    return [loss];
  });
  for (let i = 0; i < 5; i++) step(tensor([[1, 2]]));
  assert.equal(calls, 3);
  assert.equal(model.weight.grad, null);
  for (let i = 0; i < 5; i++) step(tensor([[1, 2], [3, 4]])); // prettier-ignore
  assert.equal(calls, 6);
  model.eval();
  for (let i = 0; i < 5; i++) step(tensor([[1, 2]]));
  assert.equal(calls, 9);
});

test("a forward pass can be compiled, too, and leaves gradients alone", () => {
  setEngine(compiledEngine());
  const model = new Linear(2, 3);
  model(tensor([[1, 2]]))
    .sum()
    .backward();
  let calls = 0;
  const use = compile((x) => {
    calls++;
    return noGrad(() => model(x).exp());
  });
  for (let i = 0; i < 4; i++) {
    const x = tensor([[i, 1]]);
    assert.deepEqual([...use(x).data()], [...model(x).exp().data()]);
    if (i === 2) model.weight.copy_(model.weight.mul(2));
  }
  assert.equal(calls, 3);
  assert.deepEqual([...model.bias!.grad!.data()], [1, 1, 1]);
});

const faults: Readonly<Record<string, [step: (setting: Setting) => (x: Tensor) => Tensor, message: RegExp]>> = {
  "a loss that is read before the step": [
    ({ model, optimizer }) =>
      (x) => {
        optimizer.zeroGrad();
        const loss = model(x).sum();
        loss.item();
        loss.backward();
        optimizer.step();
        return loss;
      },
    /^StateError: compile: the step computes 2 times; expected at most one optimizer\.step\(\)/,
  ],
  "a tensor made inside": [
    ({ model, optimizer }) =>
      (x) => {
        optimizer.zeroGrad();
        const loss = model(x.mul(tensor([[1, 2]]))).sum();
        loss.backward();
        optimizer.step();
        return loss;
      },
    /^StateError: tensor: a tensor is made from data inside a compiled function.*pass it as an argument/,
  ],
  "a value computed outside": [
    ({ model, optimizer, computed }) =>
      (x) => {
        optimizer.zeroGrad();
        const loss = model(x.mul(computed)).sum();
        loss.backward();
        optimizer.step();
        return loss;
      },
    /^StateError: compile: the step uses the result of a mul that was computed before it.*pass it as an argument/,
  ],
  "a tensor that is captured": [
    ({ model, optimizer, captured }) =>
      (x) => {
        optimizer.zeroGrad();
        const loss = model(x.mul(captured)).sum();
        loss.backward();
        optimizer.step();
        return loss;
      },
    /^StateError: compile: the step reads a tensor of shape \[1,2\] that is none of its arguments.*new nn\.Buffer\(x\)/,
  ],
  "a gradient from before the step": [
    ({ model, optimizer }) =>
      (x) => {
        const loss = model(x).sum();
        loss.backward();
        optimizer.step();
        return loss;
      },
    /^StateError: compile: the step adds to an earlier gradient.*call optimizer\.zeroGrad\(\)/,
  ],
  "a result that the step does not need": [
    ({ model, optimizer }) =>
      (x) => {
        optimizer.zeroGrad();
        const loss = model(x).sum();
        loss.backward();
        optimizer.step();
        return loss.mul(2);
      },
    /^StateError: compile: the step returns a tensor that optimizer\.step\(\) does not compute/,
  ],
};

interface Setting {
  readonly model: Linear;
  readonly optimizer: SGD;
  readonly computed: Tensor;
  readonly captured: Tensor;
}

for (const [name, [make, message]] of Object.entries(faults)) {
  test(`refused: ${name}`, () => {
    setEngine(compiledEngine());
    const model = new Linear(2, 1);
    const computed = tensor([[3, 4]]).mul(2);
    computed.data();
    const captured = tensor([[3, 4]]);
    const step = compile(make({ model, computed, captured, optimizer: new SGD(model.parameters(), { lr: 0.1 }) }));
    step(tensor([[1, 2]]));
    assert.throws(
      () => step(tensor([[1, 2]])),
      (error) => error instanceof StateError && message.test(String(error)),
    );
  });
}

test("refused: an argument that requires a gradient", () => {
  setEngine(compiledEngine());
  const use = compile((x) => x.mul(2));
  const x = tensor([1], undefined, { requiresGrad: true });
  assert.throws(() => use(x), /^StateError: compile: an argument requires a gradient.*detach\(\)/);
  for (let i = 0; i < 3; i++) use(tensor([i]));
  assert.throws(() => use(x), /^StateError: compile: an argument requires a gradient.*detach\(\)/, "a later call");
});

test("refused: an argument that is no tensor", () => {
  const use = compile((x: Tensor, by: Tensor) => x.mul(by));
  assert.throws(
    () => use(tensor([1]), 2 as never),
    /^ArgumentError: compile: argument 1 of the step is no tensor.*got 2/,
  );
});

/** A small network, and a step that trains it. */
function training(options: SGDOptions) {
  const model = new Linear(2, 1);
  const optimizer = new SGD(model.parameters(), options);
  const plain = (x: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = model(x).sum();
    loss.backward();
    optimizer.step();
    return loss;
  };
  return { model, optimizer, plain };
}

test("every call of a step without gradients is refused, as the step itself is", () => {
  setEngine(compiledEngine());
  const { model, plain } = training({ lr: 0.1 });
  const step = compile(plain);
  const x = tensor([[1, 2]]);
  for (let i = 0; i < 3; i++) step(x);
  const weight = model.weight.tolist();
  for (let i = 0; i < 3; i++) assert.throws(() => noGrad(() => step(x)), /backward/);
  assert.deepEqual(model.weight.tolist(), weight);
});

test("a hyperparameter that becomes NaN is refused in every step, and the weights stay", () => {
  setEngine(compiledEngine());
  const { model, optimizer, plain } = training({ lr: 0.1, momentum: 0.9 });
  const step = compile(plain);
  const x = tensor([[1, 2]]);
  for (let i = 0; i < 3; i++) step(x);
  const weight = model.weight.tolist();
  for (const broken of [{ lr: NaN }, { lr: "0.1" }, { momentum: -1 }]) {
    const [group] = optimizer.paramGroups;
    const before = { ...group };
    Object.assign(group!, broken);
    for (const run of [step, plain]) assert.throws(() => run(x), /SGD: invalid (lr|momentum)/);
    Object.assign(group!, before);
    assert.deepEqual(model.weight.tolist(), weight);
  }
});

test("a replayed step leaves no gradient of an earlier one behind", () => {
  setEngine(compiledEngine());
  const { model, plain } = training({ lr: 0.1 });
  const step = compile(plain);
  const x = tensor([[1, 2]]);
  for (let i = 0; i < 3; i++) step(x);
  model(x).sum().backward();
  step(x);
  assert.equal(model.weight.grad, null);
});

test("a step may return tensors by name, and those of a module that does", () => {
  class Heads extends Module {
    fc = new Linear(3, 2);
    override forward(x: Tensor): { logits: Tensor; all: Tensor[] } {
      const features = x.square();
      const logits = this.fc(features);
      return { logits, all: [features, logits] };
    }
  }
  const model = new Heads();
  const optimizer = new SGD(model.parameters(), { lr: 0 });
  const train = compile((x: Tensor) => {
    optimizer.zeroGrad();
    const { logits, all } = model(x);
    const loss = logits.square().mean();
    loss.backward();
    optimizer.step();
    return { loss, outputs: [...all] };
  });
  for (let call = 0; call < 4; call++) {
    const x = rand([4, 3]);
    const { loss, outputs } = train(x);
    const logits = x.square().matmul(model.fc.weight.t()).add(model.fc.bias!);
    const expected = logits.data();
    assert.ok(Math.abs(loss.item() - [...expected].reduce((sum, y) => sum + y * y, 0) / 8) < 1e-6);
    assert.deepEqual(
      outputs.map((output) => output.tolist()),
      [x.square(), logits].map((output) => output.tolist()),
    );
  }
});

test("the first call refuses a result that is no tensor", () => {
  for (const [result, got] of [
    [undefined, "undefined"],
    [new Map(), "a Map"],
    [[1], "1"],
  ] as const) {
    const step = compile((): Tensor => result as never);
    const message = `compile: the step returns something that is no tensor; expected a tensor, or a list or an object of tensors, got ${got}.`;
    assert.throws(() => step(), { name: "ArgumentError", message });
  }
});
