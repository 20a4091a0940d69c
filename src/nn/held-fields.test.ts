/** What is assigned to fields that hold parameters, buffers and modules, compared with what PyTorch 1.13 does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SGD } from "../optim/index.js";
import { noGrad } from "../graph/grad-mode.js";
import { compile } from "../tensor/compile.js";
import { ones, tensor, zeros } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import * as nn from "./index.js";

const set = (object: object, name: string | number, value: unknown): void =>
  void ((object as Record<string | number, unknown>)[name] = value);
const refused = /the field "(weight|bias)" holds a parameter, and what is assigned would not be trained or saved/;

test("a parameter's field takes a parameter or null, before anything has looked at it and afterwards", () => {
  for (const layer of [new nn.Linear(2, 3), new nn.Conv2d(1, 2, 3), new nn.BatchNorm2d(2)]) {
    const { weight } = layer;
    for (const wrong of [zeros([3, 2]), 3, undefined, [1], new nn.Buffer(zeros([2]))]) {
      assert.throws(() => set(layer, "weight", wrong), refused);
    }
    assert.equal(layer.weight, weight);
    const other = new nn.Parameter(ones(weight!.shape));
    set(layer, "weight", other);
    assert.equal([...layer.parameters()][0], other);
    set(layer, "bias", null);
    assert.deepEqual([...layer.namedParameters()].map(([name]) => name), ["weight"]); // prettier-ignore
    assert.throws(() => set(layer, "bias", zeros([2])), refused);
  }
  assert.throws(() => set(new nn.Linear(2, 3, false), "bias", zeros([3])), refused);
});

test("a forward pass cannot replace a parameter by a tensor", () => {
  class Net extends nn.Module {
    weight = new nn.Parameter(ones([2]));
    override forward(x: Tensor): Tensor {
      set(this, "weight", this.weight.mul(1));
      return x.mul(this.weight);
    }
  }
  const net = new Net();
  assert.throws(() => net(ones([2])), refused);
  assert.deepEqual([...net.stateDict().keys()], ["weight"]);
});

test("a registered parameter without a value takes parameters only", () => {
  const net = new nn.Module();
  net.registerParameter("weight", null);
  assert.throws(() => set(net, "weight", zeros([2])), refused);
  set(net, "weight", new nn.Parameter(zeros([2])));
  assert.equal([...net.parameters()].length, 1);
});

class Counter extends nn.Module {
  n: Tensor = new nn.Buffer(zeros([]));
  w = new nn.Parameter(ones([2]));
  override forward(x: Tensor): Tensor {
    const before = this.n;
    this.n = this.n.add(1);
    return x.mul(this.w).add(before);
  }
}

test("a tensor that is assigned to a buffer's field becomes the buffer, in plain and in compiled steps", () => {
  for (const wrap of [(step: (x: Tensor) => Tensor) => step, (step: (x: Tensor) => Tensor) => compile(step)]) {
    const net = new Counter();
    const optimizer = new SGD(net.parameters(), { lr: 0 });
    const step = wrap((x) => {
      optimizer.zeroGrad();
      const loss = net(x).sum();
      loss.backward();
      optimizer.step();
      return loss;
    });
    for (let call = 0; call < 6; call++) assert.equal(step(ones([2])).item(), 2 + 2 * call);
    assert.equal(net.stateDict().get("n")!.item(), 6);
    const other = new Counter();
    other.loadStateDict(net.stateDict());
    assert.equal(other.n.item(), 6);
  }
});

test("a buffer's field takes other shapes and types, buffers and null, and the old buffer keeps its elements", () => {
  const bn = new nn.BatchNorm2d(1);
  const old = bn.runningMean!;
  set(bn, "runningMean", tensor([5]));
  assert.deepEqual([old.tolist(), bn.stateDict().get("running_mean")!.tolist()], [[0], [5]]);
  assert.deepEqual(
    bn
      .eval()(zeros([1, 1, 1, 1]))
      .data()[0]!
      .toFixed(3),
    "-5.000",
  );
  set(bn, "runningMean", new nn.Buffer(tensor([7])));
  set(bn, "numBatchesTracked", tensor(0.5));
  assert.deepEqual([bn.stateDict().get("running_mean")!.tolist(), bn.numBatchesTracked!.item()], [[7], 0.5]);
  set(bn, "runningVar", null);
  assert.deepEqual([...bn.stateDict().keys()], ["weight", "bias", "running_mean", "num_batches_tracked"]);
  set(bn, "runningVar", tensor([1]));
  assert.ok(bn.stateDict().has("running_var"));
  assert.throws(
    () => set(bn, "runningVar", 5),
    /the field "runningVar" holds a buffer, .*expected a tensor, or null, got 5/,
  );
  assert.throws(() => set(bn, "runningVar", bn.weight!.mul(1)), /requires a gradient.*Hint: assign x\.detach\(\)/);
  noGrad(() => set(bn, "runningVar", bn.weight!.mul(3)));
  assert.deepEqual(bn.runningVar!.tolist(), [3]);
});

test("trackRunningStats may change after construction", () => {
  // torch: bn.track_running_stats = False; bn(x) leaves the statistics, and bn.eval() still uses them.
  const bn = new nn.BatchNorm2d(1);
  const x = tensor([1, 2, 3, 4]).reshape(1, 1, 2, 2);
  bn(x).data();
  const mean = bn.runningMean!.item();
  bn.trackRunningStats = false;
  bn(x).data();
  assert.deepEqual([bn.runningMean!.item(), bn.numBatchesTracked!.item()], [mean, 1]);
  assert.equal(
    bn.eval()(x).sum().item().toFixed(2),
    ((10 - 4 * mean) / Math.sqrt(bn.runningVar!.item() + 1e-5)).toFixed(2),
  );
});

test("a sequence's positions are replaced, and no position is added by assignment", () => {
  const sequence = new nn.Sequential(new nn.ReLU());
  assert.throws(() => set(sequence, 1, new nn.Sigmoid()), /there is no position 1/);
  assert.throws(() => set(sequence, 5, new nn.Sigmoid()), /there is no position 5/);
  assert.throws(() => set(sequence, 0, 3), /entry 0 is not a module; got 3|entry 0 is not a module, got 3/);
  sequence[0] = new nn.Sigmoid();
  assert.equal(sequence(zeros([1])).item(), 0.5);
  assert.equal([...sequence.children()][0], sequence[0]);
  const named = new nn.Sequential({ one: new nn.Identity(), two: new nn.Identity() });
  set(named, "two", new nn.Sigmoid());
  assert.ok(named[1] instanceof nn.Sigmoid);
  named[0] = new nn.Tanh();
  assert.deepEqual([...named.namedChildren()].map(([name, { constructor }]) => name + constructor.name), ["oneTanh", "twoSigmoid"]); // prettier-ignore
});

test("a module that is added to a Sequential by name, or as a field, is called, as in PyTorch", () => {
  const sequence = new nn.Sequential(new nn.Identity());
  sequence.addModule("relu", new nn.ReLU());
  assert.equal(sequence(tensor([-1])).item(), 0);
  assert.equal(sequence.length, 2);
  set(sequence, "sigmoid", new nn.Sigmoid());
  assert.equal(sequence(tensor([-1])).item(), 0.5);
  assert.deepEqual([...sequence.namedChildren()].map(([name]) => name), ["0", "relu", "sigmoid"]); // prettier-ignore
});

test("a list names its own methods", () => {
  const list = new nn.ModuleList([new nn.ReLU()]) as unknown as { push(x: unknown): void; [index: number]: unknown };
  assert.throws(() => list.push(new nn.ReLU()), /write list\.append\(layer\)/);
  list[0] = new nn.Tanh();
  assert.ok([...(list as unknown as nn.ModuleList)][0] instanceof nn.Tanh);
});
