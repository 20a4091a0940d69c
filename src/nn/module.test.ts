/** Module: calling, names, state, hooks, errors, printing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { noGrad } from "../graph/grad-mode.js";
import { setEngine } from "../runtime/realize.js";
import { referenceEngine } from "../reference/reference-engine.js";
import { ones, tensor, zeros } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { ModuleList, Sequential } from "./container.js";
import { Module } from "./module.js";
import { Buffer, Parameter } from "./parameter.js";

setEngine(referenceEngine);

/** y = x·weight + runningShift */
class Scale extends Module {
  weight: Parameter;
  runningShift = new Buffer(zeros([1]));
  constructor(factor: number, size = 1) {
    super();
    this.weight = new Parameter(tensor(new Array<number>(size).fill(factor)));
  }
  override forward(x: Tensor): Tensor {
    return x.mul(this.weight).add(this.runningShift);
  }
  override extraRepr(): string {
    return `size=${this.weight.numel()}`;
  }
}

class Block extends Module {
  first = new Scale(2);
  second = new Scale(3);
  override forward(x: Tensor): Tensor {
    return this.second(this.first(x));
  }
}

class Net extends Module {
  bias = new Parameter(ones([2]));
  block = new Block();
  again = this.block.first;
  override forward(x: Tensor): Tensor {
    return this.block(x).add(this.bias);
  }
}

class Pair extends Module {
  scale = new Scale(10);
  override forward(x: Tensor, factor: number): [Tensor, Tensor] {
    return [this.scale(x), x.mul(factor)];
  }
}

test("a module is called like a function, and is an instance of its class", () => {
  const net = new Net();
  assert.deepEqual([...net(tensor([1, 2])).data()], [7, 13]);
  assert.ok(net instanceof Net && net instanceof Module && typeof net === "function");
  const list: Module[] = [net, new Block()];
  assert.deepEqual([...list[1]!(tensor([1])).data()], [6]);
});

test("a call takes and gives what forward takes and gives", () => {
  const [scaled, multiplied] = new Pair()(tensor([1]), 4);
  assert.equal(scaled.item() + multiplied.item(), 14);
  // @ts-expect-error forward takes a number too
  const missing = (): unknown => new Pair()(tensor([1]));
  // @ts-expect-error forward takes one tensor
  const tooMany = (): unknown => new Net()(tensor([1]), tensor([1]));
  // @ts-expect-error a Module takes tensors and gives one
  const asModule: Module = new Pair();
  assert.ok(missing !== tooMany && asModule instanceof Module);
});

test("fields may have the names that functions use", () => {
  class Named extends Module {
    override name = "mine";
    override length = new Parameter(zeros([3]));
  }
  const named = new Named();
  assert.equal(named.name, "mine");
  assert.deepEqual(
    [...named.namedParameters()].map(([name]) => name),
    ["length"],
  );
});

test("names are dotted, in the order of the fields, and each module and tensor comes once", () => {
  const net = new Net();
  assert.deepEqual(
    [...net.namedModules()].map(([name]) => name),
    ["", "block", "block.first", "block.second"],
  );
  assert.deepEqual(
    [...net.namedChildren()].map(([name]) => name),
    ["block", "again"],
  );
  assert.deepEqual(
    [...net.namedParameters()].map(([name]) => name),
    ["bias", "block.first.weight", "block.second.weight"],
  );
  assert.deepEqual(
    [...net.namedBuffers()].map(([name]) => name),
    ["block.first.running_shift", "block.second.running_shift"],
  );
  assert.equal([...net.parameters()].length, 3);
  assert.equal([...net.modules()].length, 4);
  assert.equal([...net.buffers()].length, 2);
});

test("the state dict has parameters, then buffers, then submodules, shared ones under each name", () => {
  assert.deepEqual(
    [...new Net().stateDict().keys()],
    [
      "bias",
      "block.first.weight",
      "block.first.running_shift",
      "block.second.weight",
      "block.second.running_shift",
      "again.weight",
      "again.running_shift",
    ],
  );
});

test("a loaded state dict is copied", () => {
  const [from, to] = [new Block(), new Block()];
  noGrad(() => from.first.weight.copy_(tensor([7])));
  assert.deepEqual(to.loadStateDict(from.stateDict()), { missingKeys: [], unexpectedKeys: [] });
  from.first.weight.setData(Float32Array.of(8));
  assert.equal(to.first.weight.item(), 7);
  assert.equal(to(tensor([1])).item(), 21);
});

test("a state dict that does not fit is refused, and nothing is loaded", () => {
  const block = new Block();
  const state = block.stateDict();
  state.set("first.weight", tensor([9]));
  state.set("second.weight", zeros([2]));
  state.delete("second.running_shift");
  state.set("third.weight", zeros([1]));
  assert.throws(() => block.loadStateDict(state), {
    name: "ArgumentError",
    message:
      'loadStateDict: the state dict does not fit Block: missing key(s) "second.running_shift"; unexpected key(s) "third.weight"; ' +
      "second.weight has the shape [2], but in this network [1]. Hint: load the state of the same network, " +
      "or pass { strict: false } to load only what matches.",
  });
  assert.throws(() => block.loadStateDict(state, { strict: false }), /second.weight has the shape \[2\]/);
  assert.equal(block.first.weight.item(), 2);
  state.delete("second.weight");
  assert.deepEqual(block.loadStateDict(state, { strict: false }), {
    missingKeys: ["second.weight", "second.running_shift"],
    unexpectedKeys: ["third.weight"],
  });
  assert.equal(block.first.weight.item(), 9);
});

test("train, eval, apply, zeroGrad and requiresGrad_ reach all submodules", () => {
  const net = new Net();
  assert.ok(net.training && net.block.first.training);
  assert.equal(net.eval(), net);
  assert.ok([...net.modules()].every((module) => !module.training));
  net.train();
  assert.ok(net.block.second.training);
  const visited: string[] = [];
  new Block().apply((module) => visited.push(module.constructor.name));
  assert.deepEqual(visited, ["Scale", "Scale", "Block"]);

  net(tensor([1, 2]))
    .sum()
    .backward();
  assert.deepEqual([...net.block.first.weight.grad!.data()], [9]);
  net.zeroGrad();
  assert.ok([...net.parameters()].every((parameter) => parameter.grad === null));
  assert.equal(net.requiresGrad_(false)(tensor([1, 2])).requiresGrad, false);
});

test("hooks run after each forward pass, in the order of the calls, until they are removed", () => {
  const net = new Net();
  const calls: unknown[] = [];
  const handles = [...net.modules()].map((module) =>
    module.registerForwardHook((at, [input], output) =>
      calls.push([at.constructor.name, (input as Tensor).shape, (output as Tensor).shape]),
    ),
  );
  net(tensor([1, 2]));
  const scale = ["Scale", [2], [2]];
  assert.deepEqual(calls, [scale, scale, ["Block", [2], [2]], ["Net", [2], [2]]]);
  handles.forEach((handle) => handle.remove());
  net(tensor([1, 2]));
  assert.equal(calls.length, 4);
});

test("an error says in which module it arose, seen from the outermost one", () => {
  const net = new Net();
  net.block.second.weight = new Parameter(zeros([3]));
  const problem = /^block\.second \(Scale\): mul: \[2\] and \[3\] do not broadcast/;
  assert.throws(() => net(tensor([1, 2])), { name: "ShapeError", message: problem });
  assert.throws(() => net.block.second(tensor([1, 2])), { message: /^Scale: mul: / });
  net.block.second.weight = new Parameter(zeros([1]));
  net.bias = new Parameter(zeros([3]));
  assert.throws(() => net(tensor([1, 2])), { message: /^Net: add: / });
  net.bias = new Parameter(zeros([2]));
  assert.equal(net(tensor([1, 2])).numel(), 2); // the modules of failed calls are not thought to be running
});

test("a module without forward says so", () => {
  class Empty extends Module {}
  assert.throws(() => new Empty()(zeros([1])), {
    name: "StateError",
    message:
      "Empty: forward: the class Empty does not define it. Hint: write `override forward(x: Tensor): Tensor { … }` in the class.",
  });
});

test("only the outermost module's results are marked to be computed with the loss", () => {
  const net = new Net();
  let inner: Tensor | undefined;
  net.block.registerForwardHook((_, __, output) => (inner = output as Tensor));
  const output = net(tensor([1, 2]));
  assert.ok(output.node.keep && !inner!.node.keep);
  assert.ok(new Pair()(tensor([1]), 2).every(({ node }) => node.keep));
  class Same extends Module {
    override forward(x: Tensor): Tensor {
      return x;
    }
  }
  assert.ok(!new Same()(tensor([1])).node.keep);
});

test("modules, parameters and buffers can be added under computed names", () => {
  const module = new Scale(1);
  module.registerParameter("extra1", new Parameter(zeros([1])));
  module.registerParameter("none", null);
  module.registerBuffer("meanImage", zeros([2, 2]));
  module.addModule("inner", new Scale(2));
  assert.deepEqual(
    [...module.stateDict().keys()],
    ["weight", "extra1", "running_shift", "mean_image", "inner.weight", "inner.running_shift"],
  );
  assert.throws(() => module.addModule("a.b", new Scale(1)), {
    name: "ArgumentError",
    message: 'addModule: a name cannot be empty or contain a dot, got "a.b".',
  });
  assert.throws(() => module.registerBuffer("train", zeros([1])), {
    message: 'registerBuffer: Scale has a member "train" already.',
  });
});

test("an array of modules, which would not be trained, is refused", () => {
  class Hidden extends Module {
    layers = [new Scale(1)];
  }
  assert.throws(() => [...new Hidden().parameters()], {
    name: "StateError",
    message:
      'Hidden: the field "layers" is an array of modules or parameters, which would not be trained or saved. ' +
      "Hint: use nn.ModuleList or nn.Sequential, or a field for each.",
  });
});

test("a Sequential's numeric names are positions", () => {
  assert.throws(() => new Sequential({ 0: new Scale(2), 2: new Scale(3) }), {
    name: "ArgumentError",
    message:
      "Sequential: there is no position 2; expected an index below 1, or a name that is not a number. " +
      'Hint: write addModule("1", layer) to add a module to the end.',
  });
});

test("Sequential calls its modules in order, the same one as often as it is there", () => {
  const scale = new Scale(2);
  const stacked = new Sequential(scale, new Scale(3), scale);
  assert.equal(stacked(tensor([1])).item(), 12);
  assert.equal(stacked.length, 3);
  assert.equal(stacked[2], scale);
  assert.deepEqual([...stacked.stateDict().keys()].slice(0, 3), ["0.weight", "0.running_shift", "1.weight"]);
  const named = new Sequential({ twice: new Scale(2), thrice: new Scale(3) });
  assert.equal(named(tensor([1])).item(), 6);
  assert.equal(named[1], [...named][1]);
  assert.deepEqual(
    [...named.namedChildren()].map(([name]) => name),
    ["twice", "thrice"],
  );
});

test("ModuleList holds modules", () => {
  const list = new ModuleList([new Scale(2)]).append(new Scale(3));
  assert.deepEqual(
    [...list.namedParameters()].map(([name]) => name),
    ["0.weight", "1.weight"],
  );
  assert.equal([...list].reduce((x, module) => module(x), tensor([1])).item(), 6);
});

test("the printed form is PyTorch's", () => {
  const printed = `Net(
  (block): Block(
    (first): Scale(size=1)
    (second): Scale(size=1)
  )
  (again): Scale(size=1)
)`;
  assert.equal(String(new Net()), printed);
  assert.equal(inspect(new Net()), printed);
});

test("parameters copy what they are made from, and buffers keep its type", () => {
  const parameter = new Parameter(ones([2]).mul(3));
  assert.deepEqual([...parameter.data()], [3, 3]);
  assert.ok(parameter.requiresGrad && !new Parameter(ones([1]), false).requiresGrad);
  const counter = new Buffer(ones([2], { dtype: "int32" }));
  assert.deepEqual(counter.data(), Int32Array.of(1, 1));
  assert.ok(!counter.requiresGrad);
});
