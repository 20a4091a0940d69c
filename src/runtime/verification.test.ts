/** Values that only a run can check: class indices that are out of range, and int32 results that do not fit. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { checkRandomly } from "../../test/random-checks.js";
import * as F from "../nn/functional/index.js";
import { BatchNorm2d, Conv2d, Flatten, Linear, ReLU, Sequential } from "../nn/index.js";
import { Adam, SGD } from "../optim/index.js";
import { manualSeed, rand } from "../random/random.js";
import { compile } from "../tensor/compile.js";
import { arange, full, tensor, zeros } from "../tensor/creation.js";
import { Variable } from "../graph/variable.js";
import { Tensor } from "../tensor/tensor.js";

const int = (...elements: number[]): Tensor => tensor(Int32Array.from(elements));
const size = 4;
const classes = 3;

/** How labels reach a loss. `given` are what the step gets, so that it works with `labels`. */
const ways: Readonly<Record<string, { given: (label: number) => number; labels: (given: Tensor) => Tensor }>> = {
  "as they are": { given: (label) => label, labels: (given) => given },
  "in another shape": { given: (label) => label, labels: (given) => given.view(2, 2).view(-1) },
  computed: { given: (label) => label - 1, labels: (given) => given.add(1) },
  "from float32": { given: (label) => label, labels: (given) => given.float().mul(1).int() },
  flipped: { given: (label) => label, labels: (given) => given.flip(0).flip(0) },
};

/** A network with all kinds of state, and a step that trains it. */
function training(labels: (given: Tensor) => Tensor): { step: (x: Tensor, y: Tensor) => Tensor; state: () => string } {
  manualSeed(3);
  const parts = [new Conv2d(1, 2, 3), new BatchNorm2d(2), new ReLU(), new Flatten(), new Linear(8, classes)] as const;
  const model = new Sequential(...parts);
  const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  return {
    step: (x, y) => {
      optimizer.zeroGrad();
      const loss = F.crossEntropy(model(x), labels(y));
      loss.backward();
      optimizer.step();
      return loss;
    },
    state: () => {
      const momenta = [...optimizer.state.values()].map(({ momentumBuffer }) => momentumBuffer);
      // Running statistics change when the network is called, as in PyTorch, and not with the step.
      return JSON.stringify([...model.parameters(), ...momenta].map((x) => x && [...x.data()]));
    },
  };
}

for (const [way, { given, labels }] of Object.entries(ways)) {
  for (const compiled of [false, true]) {
    test(`labels ${way}: a ${compiled ? "compiled" : "plain"} step refuses a class out of range and changes nothing`, () => {
      const { step: plain, state } = training(labels);
      const step = compiled ? compile(plain) : plain;
      const images = rand([size, 1, 4, 4]);
      const train = (...targets: number[]): number => step(images, int(...targets.map(given))).item();
      for (let i = 0; i < 3; i++) train(0, 1, 2, 0);
      const draw = fc.tuple(fc.nat(size - 1), fc.integer({ min: -50, max: 50 }));
      const property = fc.property(draw, ([place, label]) => {
        const targets = [0, 1, 2, 1].map((target, i) => (i === place ? label : target));
        if (label >= 0 && label < classes) {
          assert.ok(Number.isFinite(train(...targets)));
          return;
        }
        const before = state();
        const message = new RegExp(`crossEntropy: target ${label} at position ${place} is out of bounds`);
        assert.throws(() => train(...targets), message);
        assert.equal(state(), before, "the state of the training");
      });
      checkRandomly(property, 15);
      assert.ok(Number.isFinite(train(0, 1, 2, 0)), "the training goes on");
    });
  }
}

test("classes that come from NaN, from infinity or from a large number are refused by the cast", () => {
  for (const wrong of [NaN, Infinity, -Infinity, 3e9]) {
    const target = tensor([0, wrong]).int();
    assert.throws(
      () => F.crossEntropy(zeros([2, 3]), target).item(),
      new RegExp(`int: element 1 of the result is ${wrong}, which does not fit into int32`),
    );
  }
});

test("the index to ignore is no class, wherever it comes from", () => {
  const logs = tensor([
    [-1, -2, -3],
    [-4, -5, -6],
  ]);
  assert.equal(F.nllLoss(logs, int(-8, 1).add(1), { ignoreIndex: -7 }).item(), 6);
});

test("a result of the state before a step can still be computed after the next one has failed", () => {
  const weight = tensor([1, 2], { requiresGrad: true });
  const optimizer = new SGD([weight], { lr: 1 });
  const doubled = weight.mul(2);
  const step = (label: number): void => {
    optimizer.zeroGrad();
    F.crossEntropy(weight.view(1, 2), int(label).add(1)).backward();
    optimizer.step();
  };
  step(0);
  assert.throws(() => step(1), /target 2 at position 0/);
  assert.deepEqual(doubled.tolist(), [2, 4]);
});

describe("int32 results", () => {
  test("are exact beyond 2^24, in long sums, and where partial sums do not fit", () => {
    assert.deepEqual(int(16777217).add(0).tolist(), [16777217]);
    assert.deepEqual(int(16777217).eq(16777216).tolist(), [0]);
    assert.deepEqual(int(0, 17378479).slice(0, 1).tolist(), [17378479]);
    assert.equal(
      tensor(new Uint8Array(4_194_304).fill(255).fill(0, 0, 2_000_000))
        .sum()
        .item(),
      559_547_520,
    );
    assert.equal(int(2147483647, 2147483647, -2147483647, -2147483640).sum().item(), 7);
    for (const count of [1e4, 1e5, 1e6, 1e7]) {
      const value = Math.floor((2 ** 31 - 1) / count);
      assert.equal(full([count], value, { dtype: "int32" }).sum().item(), value * count, `${count} elements`);
      assert.equal(
        full([count / 10, 10], -value, { dtype: "int32" })
          .sum()
          .item(),
        -value * count,
        `rows of 10`,
      );
    }
    assert.equal(arange(65536).sum().item(), 2147450880);
  });

  test("that do not fit are refused, with the exact value and its place", () => {
    const cases: [() => Tensor, RegExp][] = [
      [() => int(1, 2147483647).add(1), /add: element 1 of the result is 2147483648, which does not fit into int32/],
      [() => int(-2147483648).sub(1), /sub: element 0 of the result is -2147483649/],
      [() => int(65536, 1).mul(int(65536)), /mul: element 0 of the result is 4294967296/],
      [() => int(-2147483648).neg(), /neg: element 0 of the result is 2147483648/],
      [() => int(-2147483648).abs(), /abs: element 0/],
      [() => int(3, 46341).square(), /square: element 1 of the result is 2147488281/],
      [() => int(3, 7).pow(20), /pow: element 0 of the result is 3486784401/],
      [() => int(3, 46341).pow(2), /pow: element 1 of the result is 2147488281/],
      [() => int(65536).view(1, 1).matmul(int(65536).view(1, 1)), /matmul: element 0 of the result is 4294967296/],
      [() => int(2 ** 30, 2 ** 30).matmul(int(1, 1)), /matmul: element 0 of the result is 2147483648/],
      [() => tensor([0, 3e9]).int(), /int: element 1 of the result is 3000000000, which/],
      [() => tensor([1e20]).mul(1).int(), /int: element 0 of the result is about 1\.00000e\+20/],
      [() => tensor([NaN]).int(), /int: element 0 of the result is NaN, .*look for NaN/],
      [() => tensor([2 ** 31]).int(), /int: element 0 of the result is 2147483648/],
      [() => tensor([-2147483904]).int(), /int: element 0 of the result is -2147483904/],
      [() => int(2).pow(int(31)), /pow: element 0 of the result is 2147483648/],
      [() => arange(65537).sum(), /sum: element 0 of the result is 2147516416/],
      [() => full([2, 70000], 32768, { dtype: "int32" }).sum(1), /sum: element 0 of the result is 2293760000/],
      [
        () => full([10_000_000], 2147483647, { dtype: "int32" }).sum(),
        /sum: element 0 of the result is about 2\.14748e\+16/,
      ],
    ];
    for (const [compute, message] of cases) assert.throws(() => compute().data(), message);
    assert.ok(int(1, 2147483647).float().add(1).tolist(), "the way out");
  });

  test("are refused in a compiled function, too, and in the middle of a computation", () => {
    const scale = compile((x: Tensor) => x.mul(1000).sub(5).float().div(2));
    for (let i = 0; i < 3; i++) assert.deepEqual(scale(int(7, 9)).tolist(), [3497.5, 4497.5]);
    assert.throws(() => scale(int(7, 2147484)), /mul: element 1 of the result is 2147484000/);
    assert.deepEqual(scale(int(7, 9)).tolist(), [3497.5, 4497.5]);
  });

  test("a number that int32 cannot hold, or no power of int32, is refused at once", () => {
    assert.throws(() => int(1).add(3e9), /the number 3000000000 does not fit into int32/);
    assert.throws(() => int(1).pow(-1), /pow: int32 has no power of -1/);
  });
});

test("types of operands and numbers are promoted as in PyTorch", () => {
  const i = int(3, -2);
  const types = [
    [i.add(1), "int32"],
    [i.add(1.5), "float32"],
    [i.div(2), "float32"],
    [i.pow(2), "int32"],
    [i.pow(0.5), "float32"],
    [i.clamp(0, 1), "int32"],
    [i.clamp(0, 1.5), "float32"],
    [i.maximum(2.5), "float32"],
    [i.round(), "int32"],
    [i.gt(0).where(1, 0), "int32"],
    [i.gt(0).where(1, 0.5), "float32"],
    [i.gt(0).where(i, 0), "int32"],
    [i.add(tensor([0.5, 1])), "float32"],
    [i.mean(), "float32"],
  ] as const;
  types.forEach(([x, dtype], at) => assert.equal(x.dtype, dtype, `case ${at}`));
});

test("elements and results of another type are converted, or refused, when they are written to a leaf", () => {
  const whole = Tensor.ofVariable(new Variable([2], "int32"), false);
  const real = Tensor.ofVariable(new Variable([2], "float32"), false);
  assert.deepEqual(whole.copy_(tensor([2.75, -(2 ** 31)])).tolist(), [2, -2147483648]);
  assert.throws(
    () =>
      Tensor.ofVariable(new Variable([2], "int32"), false)
        .copy_(tensor([2.75, -3e9]))
        .tolist(),
    /copy_: element 1 of the result is -3000000000, which does not fit into int32/,
  );
  assert.deepEqual(whole.setData(Float32Array.of(5, 16777216)).add(1).tolist(), [6, 16777217]);
  assert.throws(() => whole.setData(Float32Array.of(1, 0.5)), /setData: element 1 is no int32 number.*got 0\.5/);
  assert.throws(() => whole.setData(Float32Array.of(NaN, 1)), /setData: element 0/);
  const unused = Tensor.ofVariable(new Variable([2], "float32"), false).setData(Int32Array.of(1, 2));
  assert.ok(unused.data() instanceof Float32Array);
  assert.deepEqual(real.copy_(int(7, 8)).div(2).tolist(), [3.5, 4]);
});

test("Adam goes on after a step that failed", () => {
  const weight = zeros([2, 3], { requiresGrad: true });
  const optimizer = new Adam([weight], { lr: 0.1 });
  const step = (...labels: number[]): void => {
    optimizer.zeroGrad();
    F.crossEntropy(weight.add(0), int(...labels).mul(1)).backward();
    optimizer.step();
  };
  assert.throws(() => step(0, 3), /target 3 at position 1/);
  assert.deepEqual(weight.tolist(), [
    [0, 0, 0],
    [0, 0, 0],
  ]);
  step(0, 2);
  assert.ok(weight.select(0, 0).select(0, 0).item() > 0);
});
