/** The optimizers against PyTorch 1.13 (fixtures/optim/optim.py), their state, and their refusals. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertClose, assertCloseTo, relative } from "../../test/closeness.js";
import type { Engine } from "../runtime/engine.js";
import { setEngine } from "../runtime/realize.js";
import { Answers } from "../../test/answers.js";
import { jsonFixture } from "../../test/fixtures.js";
import { referenceEngine } from "../reference/reference-engine.js";
import { compile } from "../tensor/compile.js";
import { tensor, zeros } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { Adam, AdamW, SGD, type Optimizer } from "./index.js";

setEngine(referenceEngine);

/** The parameters after some of the steps. */
type History = readonly { readonly step: number; readonly params: readonly (readonly number[])[] }[];
const fixture = jsonFixture<{ readonly optimizers: Readonly<Record<string, History>> }>("optim/optim.json");
const answers = new Answers(fixture.optimizers, "python3 fixtures/optim/optim.py");

/** The same, under the same names, as in fixtures/optim/optim.py. */
const optimizers: Readonly<Record<string, (params: Tensor[]) => Optimizer>> = {
  SGD: (p) => new SGD(p, { lr: 0.1 }),
  "SGD, momentum": (p) => new SGD(p, { lr: 0.05, momentum: 0.9 }),
  "SGD, dampening": (p) => new SGD(p, { lr: 0.05, momentum: 0.9, dampening: 0.3, weightDecay: 0.01 }),
  "SGD, Nesterov": (p) => new SGD(p, { lr: 0.05, momentum: 0.8, nesterov: true, weightDecay: 0.1 }),
  "SGD, maximize": (p) => new SGD(p, { lr: 0.01, momentum: 0.5, maximize: true, weightDecay: 0.1 }),
  Adam: (p) => new Adam(p),
  "Adam, all options": (p) => new Adam(p, { lr: 0.05, betas: [0.8, 0.9], eps: 1e-3, weightDecay: 0.1 }),
  "Adam, amsgrad": (p) => new Adam(p, { lr: 0.05, amsgrad: true }),
  "Adam, maximize": (p) => new Adam(p, { lr: 0.01, maximize: true, weightDecay: 0.1 }),
  AdamW: (p) => new AdamW(p, { lr: 0.05 }),
  "AdamW, amsgrad": (p) => new AdamW(p, { lr: 0.05, weightDecay: 0.2, amsgrad: true }),
  "AdamW, maximize": (p) => new AdamW(p, { lr: 0.01, maximize: true }),
};

const start = (): Tensor[] => [
  tensor([0.5, -1.25, 2], undefined, { requiresGrad: true }),
  tensor([0.75, -0.1, 3], undefined, { requiresGrad: true }),
];

/** As in fixtures/optim/optim.py. */
function setGradients(params: readonly Tensor[], step: number): void {
  for (const param of params) {
    const wave = Array.from({ length: 3 }, (_, i) => Math.sin(1.7 * step + 0.9 * i) + 0.3);
    param.grad = tensor(wave).add(param.detach().mul(0.1));
  }
}

test("every stored answer is used", () => answers.assertAllAsked(Object.keys(optimizers)));

for (const [name, make] of Object.entries(optimizers)) {
  test(`${name} matches PyTorch for 60 steps`, answers.needs(name), () => {
    const history = answers.get(name);
    const params = start();
    const optimizer = make(params);
    for (let step = 0; step < 60; step++) {
      setGradients(params, step);
      optimizer.step();
      const expected = history.find((entry) => entry.step === step);
      expected?.params.forEach((values, i) => {
        assertClose(params[i]!.data(), values, relative(1e-6, 1), `step ${step}, parameter ${i}`);
      });
    }
  });
}

test("groups have hyperparameters of their own, and parameters without a gradient stay", () => {
  const [a, b] = start() as [Tensor, Tensor];
  const still = start()[0]!;
  const optimizer = new SGD([{ params: [a, still] }, { params: [b], lr: 1 }], { lr: 0.5 });
  a.grad = tensor([1, 2, 3]);
  b.grad = tensor([1, 2, 3]);
  optimizer.step();
  assertClose(a.data(), [0, -2.25, 0.5], relative(1e-6, 1), "a");
  assertClose(b.data(), [-0.25, -2.1, 0], relative(1e-6, 1), "b");
  assertClose(still.data(), [0.5, -1.25, 2], absolute(0), "still");
  optimizer.zeroGrad();
  assert.equal(a.grad, null);
});

/** Counts how many nodes a step builds and records which are data: the shape of the program. */
function structures(steps: number, make: (params: Tensor[]) => Optimizer, change: (o: Optimizer) => void): string[] {
  const seen: string[] = [];
  const engine: Engine = {
    ...referenceEngine,
    prepare(outputs, updates) {
      const describe = (node: (typeof outputs)[number]): string =>
        `${node.op.name}${node.op.name === "constant" ? JSON.stringify(node.attrs) : ""}(${node.inputs.map(describe).join()})`;
      seen.push(updates.map(({ value }) => describe(value)).join("\n"));
      return referenceEngine.prepare(outputs, updates);
    },
  };
  setEngine(engine);
  try {
    const params = start();
    const optimizer = make(params);
    for (let step = 0; step < steps; step++) {
      params.forEach((param) => (param.grad = tensor([1, 2, 3])));
      optimizer.step();
      change(optimizer);
    }
  } finally {
    setEngine(referenceEngine);
  }
  return seen;
}

test("every step is the same program, whatever the hyperparameters' values", () => {
  const options = { lr: 0.1, momentum: 0.9, dampening: 0.1, weightDecay: 0.1 };
  const sgd = structures(
    4,
    (params) => new SGD(params, options),
    ({ paramGroups: [group] }) => {
      Object.assign(group!, { lr: group!.lr / 2, momentum: 0.5, weightDecay: 0.2 });
    },
  );
  const adam = structures(
    4,
    (params) => new Adam(params),
    ({ paramGroups: [group] }) => (group!.lr /= 2),
  );
  assert.equal(new Set(sgd).size, 1);
  assert.equal(new Set(adam).size, 1);
  assert.ok(sgd[0]!.includes("variable"));
});

test("a plain SGD step adds two nodes a parameter, with momentum four", () => {
  const count = (momentum: number): number => {
    const [step] = structures(
      1,
      (params) => new SGD(params, { lr: 0.1, momentum }),
      () => undefined,
    );
    const parameter = step!.split("\n")[momentum === 0 ? 0 : 1]!;
    return parameter.match(/mul|add|sub/g)!.length;
  };
  assert.equal(count(0), 2);
  assert.equal(count(0.9), 4);
});

for (const make of [
  (params: Tensor[]) => new SGD(params, { lr: 0.05, momentum: 0.9, dampening: 0.5 }),
  (params: Tensor[]) => new AdamW(params, { lr: 0.05, amsgrad: true }),
]) {
  const name = make(start()).constructor.name;

  test(`${name}: a saved and loaded state continues with the same bits`, () => {
    const [straight, resumed] = [start(), start()];
    const one = make(straight);
    let two: Optimizer = make(resumed);
    for (let step = 0; step < 10; step++) {
      if (step === 5) {
        const saved = two.stateDict();
        const fresh = make(resumed);
        fresh.paramGroups[0]!.lr = 99;
        fresh.loadStateDict({ state: saved.state, param_groups: JSON.parse(JSON.stringify(saved.param_groups)) as [] });
        two = fresh;
      }
      setGradients(straight, step);
      setGradients(resumed, step);
      one.step();
      two.step();
    }
    straight.forEach((param, i) => assert.deepEqual(param.data(), resumed[i]!.data()));
  });
}

test("the state has PyTorch's structure and names", () => {
  const params = start();
  const sgd = new SGD(params, { lr: 0.1, momentum: 0.9, weightDecay: 0.01 });
  assert.deepEqual(sgd.stateDict(), {
    state: {},
    param_groups: [
      {
        lr: 0.1,
        momentum: 0.9,
        dampening: 0,
        weight_decay: 0.01,
        nesterov: false,
        maximize: false,
        params: [0, 1],
      },
    ],
  });
  for (const param of params) param.grad = tensor([1, 2, 3]);
  sgd.step();
  assert.deepEqual(Object.keys(sgd.stateDict().state[1]!), ["momentum_buffer"]);
  const adam = new Adam([{ params: [params[0]!] }, { params: [params[1]!] }]);
  adam.step();
  const { state, param_groups: groups } = adam.stateDict();
  assert.deepEqual(Object.keys(state[1]!), ["step", "exp_avg", "exp_avg_sq"]);
  assert.deepEqual(
    groups.map((group) => group.params),
    [[0], [1]],
  );
});

test("a state that does not fit is refused, and nothing is changed", () => {
  const params = start();
  const saved = new SGD([params[0]!], { lr: 0.1, momentum: 0.9 }).stateDict();
  assert.throws(() => new SGD(params, { lr: 0.1 }).loadStateDict(saved), {
    message:
      "SGD.loadStateDict: the saved parameter groups have different sizes; expected [2], got [1]. Hint: load the state of an optimizer of the same network.",
  });
  const other = new SGD([params[0]!], { lr: 0.2, momentum: 0.9 });
  const broken = { state: { 0: { momentum_buffer: tensor([1, 2]) } }, param_groups: saved.param_groups };
  assert.throws(() => other.loadStateDict(broken), {
    message:
      'SGD.loadStateDict: "momentum_buffer" of parameter 0 does not fit; expected a tensor of shape [3], got a tensor of shape [2].',
  });
  assert.equal(other.paramGroups[0]!.lr, 0.2);
  const { lr: _, ...withoutLr } = saved.param_groups[0]!;
  assert.throws(() => other.loadStateDict({ state: {}, param_groups: [withoutLr] }), {
    message: 'SGD.loadStateDict: a saved group has no "lr".',
  });
});

test("gradients stay, and add up, until they are forgotten", () => {
  const param = start()[0]!;
  const optimizer = new SGD([param], { lr: 0.1 });
  const backward = (): void => param.mul(param).sum().backward();
  let [p, g] = [param.data()[0]!, 0];
  for (const action of ["backward", "step", "step", "step", "backward", "step", "backward", "backward", "step"]) {
    if (action === "backward") {
      backward();
      g += 2 * p;
    } else {
      optimizer.step();
      p -= 0.1 * g;
    }
    assertCloseTo(param.grad!.data()[0]!, g, relative(1e-5), `gradient after ${action}`);
    assertCloseTo(param.data()[0]!, p, relative(1e-5), `parameter after ${action}`);
  }
  optimizer.zeroGrad();
  assert.equal(param.grad, null);
});

test("what is out of range is refused", () => {
  const params = start();
  const refusals: [() => Optimizer, string][] = [
    [() => new SGD(params, { lr: -1 }), "SGD: invalid lr; expected a number of at least 0, got -1."],
    [() => new SGD(params, { lr: 1, momentum: -1 }), "SGD: invalid momentum; expected a number of at least 0, got -1."],
    [() => new SGD(params, { lr: NaN }), "SGD: invalid lr; expected a number of at least 0, got NaN."],
    [
      () => new SGD(params, { lr: 1, nesterov: true }),
      "SGD: Nesterov momentum requires a momentum and zero dampening, got momentum 0, dampening 0.",
    ],
    [
      () => new Adam(params, { betas: [0.9, 1] }),
      "Adam: invalid betas; expected two in an array, each a number from 0 to below 1, got [0.9,1].",
    ],
    [() => new AdamW(params, { eps: -1 }), "AdamW: invalid eps; expected a number of at least 0, got -1."],
    [
      () => new SGD([], { lr: 1 }),
      "SGD: the list of parameters is empty. Hint: layers must be fields of the network, or in a Sequential or ModuleList; and a loop uses parameters() up, so write [...model.parameters()] to use them again.",
    ],
    [() => new SGD([params[0]!, params[0]!], { lr: 1 }), "SGD: a parameter appears twice."],
    [
      () => new SGD([tensor([1])], { lr: 1 }),
      "SGD: a tensor of shape [1] is not a leaf, so it cannot be optimized. Hint: pass model.parameters(), or tensors made with { requiresGrad: true }.",
    ],
    [
      () => new SGD(params, { learningRate: 1 } as object),
      'SGD: there is no option "learningRate"; expected one of lr, momentum, dampening, weightDecay, nesterov, maximize.',
    ],
  ];
  for (const [make, message] of refusals) assert.throws(make, { name: "ArgumentError", message });
});

test("a hyperparameter that is changed to something impossible, or misspelt, is refused at the next step, also by a compiled one", () => {
  const w = tensor([1, 2], undefined, { requiresGrad: true });
  const optimizer = new SGD([w], { lr: 0.5, momentum: 0.9 });
  const step = compile((x: Tensor) => {
    optimizer.zeroGrad();
    const loss = w.mul(x).sum();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const x = tensor([1, 1]);
  for (let round = 0; round < 4; round++) step(x);
  const before = w.tolist();
  const group = optimizer.paramGroups[0] as unknown as Record<string, unknown>;
  for (const [name, wrong] of [
    ["lr", "0.1"],
    ["lr", NaN],
    ["lr", -1],
    ["momentun", 0.5],
    ["nesterov", 1],
  ] as const) {
    // prettier-ignore
    const kept = group[name];
    group[name] = wrong;
    assert.throws(() => step(x), { name: "ArgumentError" }, `${name} = ${wrong}`);
    assert.deepEqual(w.tolist(), before);
    if (kept === undefined) delete group[name];
    else group[name] = kept;
  }
  step(x);
  assert.notDeepEqual(w.tolist(), before);
});

test("a hyperparameter is part of a group, and setting it on the optimizer is refused", () => {
  const optimizer = new SGD([zeros([1], { requiresGrad: true })], { lr: 0.1 }) as SGD & { lr: number };
  assert.throws(() => (optimizer.lr = 0.5), {
    message: 'SGD: there is no property "lr". Hint: write optimizer.paramGroups[0].lr.',
  });
  assert.throws(() => optimizer.lr, { name: "ArgumentError" });
});
