/**
 * Checks that compile() gives the same bits as the step itself, and an error for every function that cannot be
 * recorded.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "./compile.js";
import { StateError } from "../errors/errors.js";
import * as F from "../nn/functional/index.js";
import { BatchNorm2d, Conv2d, Dropout, Flatten, Linear, Module, ReLU, Sequential } from "../nn/index.js";
import { Adam, SGD, type Optimizer, type SGDOptions } from "../optim/index.js";
import { noGrad } from "../graph/grad-mode.js";
import { manualSeed, rand } from "../random/random.js";
import { compiledEngine, setEngine } from "../runtime/realize.js";
import { referenceEngine } from "../reference/reference-engine.js";
import { tensor } from "./creation.js";
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
  for (let i = 0; i < 4; i++) step(tensor([[1, 2]]));
  assert.equal(calls, 3);
  assert.equal(model.weight.grad, null);
  for (let i = 0; i < 4; i++) step(tensor([[1, 2], [3, 4]])); // prettier-ignore
  assert.equal(calls, 6);
  model.eval();
  for (let i = 0; i < 4; i++) step(tensor([[1, 2]]));
  assert.equal(calls, 9);
});

test("the function runs for comparison more and more rarely, and in the end in every 256th call", () => {
  setEngine(compiledEngine());
  const ran: number[] = [];
  let call = 0;
  const step = compile((x) => {
    ran.push(call);
    return x.mul(2);
  });
  while (++call <= 800) step(tensor([call]));
  assert.deepEqual(ran, [1, 2, 3, 5, 9, 17, 33, 65, 129, 257, 513, 769]);
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
