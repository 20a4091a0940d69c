/** Assigning to a tensor's properties does what it does in PyTorch, or is an error, but never nothing. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { noGrad } from "../graph/grad-mode.js";
import { Buffer, Linear, Parameter } from "../nn/index.js";
import { SGD } from "../optim/index.js";
import { compiledEngine, setEngine } from "../runtime/realize.js";
import { tensor, zeros } from "./creation.js";
import type { Tensor } from "./tensor.js";

beforeEach(() => setEngine(compiledEngine()));

/** Sets a property as JavaScript lets one do. */
function assign(target: Tensor, name: string, value: unknown): Tensor {
  (target as unknown as Record<string, unknown>)[name] = value;
  return target;
}

const parameter = (): Parameter => new Parameter(tensor([1, 2]));

test("p.data = source overwrites a leaf", () => {
  const p = parameter();
  assign(p, "data", tensor([5, 6]));
  assert.deepEqual(p.tolist(), [5, 6]);
  assert.deepEqual([...p.data()], [5, 6]);
});

const refused: readonly [name: string, value: unknown, of: Tensor, message: RegExp][] = [
  ["data", Float32Array.of(1, 2), parameter(), /^ArgumentError: copy_: invalid source; expected a tensor/],
  ["data", tensor([1, 2, 3]), parameter(), /^ShapeError: copy_: \[3\] does not fit into \[2\]/],
  ["data", tensor([1, 2]), tensor([1, 2]), /^StateError: copy_: only a leaf/],
  ["item", 3, parameter(), /^TypeError/],
  ["add", 3, tensor([1, 2]), /^TypeError/],
  ["shape", [1, 2], tensor([1, 2]), /^TypeError/],
  ["dtype", "int32", tensor([1, 2]), /^TypeError/],
  ["requires_grad", false, parameter(), /^ArgumentError: .*write x\.requiresGrad/],
  ["requiresGrad", 0, parameter(), /^ArgumentError: requiresGrad: it is true or false, got 0/],
  ["requiresGrad", "false", parameter(), /^ArgumentError: requiresGrad: it is true or false, got "false"/],
  ["requiresGrad", true, new Buffer(tensor(Int32Array.of(1))), /^ArgumentError: .*only float32/],
  ["requiresGrad", true, tensor([1, 2]), /^StateError: .*new nn\.Parameter\(x\)/],
  ["requiresGrad", false, parameter().mul(2), /^StateError: .*x\.detach\(\)/],
  ["grad", 3, parameter(), /^ArgumentError: grad: .*expected null or float32 \[2\], got 3/],
  ["grad", [3, 4], parameter(), /^ArgumentError: grad: .*got \[3,4\]/],
  ["grad", tensor([1]), parameter(), /^ArgumentError: grad: .*got float32 \[1\]/],
  ["grad", tensor(Int32Array.of(1, 2)), parameter(), /^ArgumentError: grad: .*got int32 \[2\]/],
  ["grad", null, tensor([1, 2]), /^StateError: grad: only a leaf/],
];
for (const [name, value, of, message] of refused) {
  test(`${name} = ${String(value)} is refused for ${String(of)}`, () => {
    const before = of.tolist();
    assert.throws(
      () => assign(of, name, value),
      (error) => message.test(String(error)),
    );
    assert.deepEqual(of.tolist(), before);
  });
}

test("a module is told to freeze by its method", () => {
  const linear = new Linear(2, 1) as unknown as { requiresGrad: boolean };
  assert.throws(() => (linear.requiresGrad = false), /write model\.requiresGrad_\(/);
});

test("setting requiresGrad to what it is changes nothing, and null clears a gradient", () => {
  assert.equal(assign(tensor([1, 2]), "requiresGrad", false).requiresGrad, false);
  const p = parameter();
  p.sum().backward();
  p.grad = null;
  assert.equal(p.grad, null);
  p.grad = tensor([3, 4]);
  assert.deepEqual(p.grad.tolist(), [3, 4]);
});

test("a gradient that is set carries no history", () => {
  const p = parameter();
  p.grad = parameter().mul(2);
  assert.equal(p.grad.requiresGrad, false);
});

test("weights that are clipped after each step are trained, although nothing has been computed in between", () => {
  const p = new Parameter(tensor([3, -3]));
  const optimizer = new SGD([p], { lr: 0.5 });
  const seen = Array.from({ length: 3 }, () => {
    optimizer.zeroGrad();
    p.square().sum().backward();
    const grad = p.grad!.tolist();
    optimizer.step();
    noGrad(() => p.copy_(p.add(2).clamp(-1, 1)));
    return grad;
  });
  assert.deepEqual(seen, [[6, -6], [2, 2], [2, 2]]); // prettier-ignore
});

test("what is copied into a leaf is there after it has been frozen or thawed", () => {
  const p = new Parameter(zeros([2]));
  p.copy_(tensor([3, 4]));
  p.requiresGrad = false;
  assert.deepEqual(p.add(1).tolist(), [4, 5]);
  p.copy_(tensor([5, 6]));
  p.requiresGrad = true;
  p.square().sum().backward();
  assert.deepEqual(p.grad!.tolist(), [10, 12]);
});
