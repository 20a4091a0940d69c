/** Networks that are written as other libraries would have them: they work as in PyTorch, or an error says how to write them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { referenceEngine } from "../reference/reference-engine.js";
import { setEngine } from "../runtime/realize.js";
import { tensor, zeros } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import * as nn from "./index.js";

setEngine(referenceEngine);

/** Batch norm whose parts are in training mode only while it is. */
class Ghost extends nn.Module {
  readonly modes: boolean[] = [];
  readonly inner = new nn.BatchNorm2d(2);
  override train(mode = true): this {
    this.modes.push(mode);
    return super.train(mode);
  }
}

test("train() and eval() call the method of each module, at any depth, as in PyTorch", () => {
  const ghost = new Ghost();
  const net = new nn.Sequential(new nn.Sequential(ghost), new nn.Dropout());
  net.eval();
  assert.deepEqual([ghost.modes, ghost.inner.training, net[1]!.training], [[false], false, false]);
  net.train();
  assert.deepEqual([ghost.modes, ghost.inner.training], [[false, true], true]);
});

test("a module can stay in evaluation mode by overriding train()", () => {
  class Frozen extends nn.BatchNorm2d {
    override train(): this {
      return super.train(false);
    }
  }
  const net = new nn.Sequential(new Frozen(2), new nn.Dropout()).train();
  assert.deepEqual([net[0]!.training, net[1]!.training], [false, true]);
});

const hidden: Readonly<Record<string, unknown>> = {
  "an array": [new nn.ReLU()],
  "an object": { relu: new nn.ReLU() },
  "a Map": new Map([["relu", new nn.ReLU()]]),
  "a Set": new Set([new nn.Parameter(zeros([1]))]),
};

for (const [kind, value] of Object.entries(hidden)) {
  test(`a field that is ${kind} of modules or parameters is refused, also within another one`, () => {
    for (const field of [value, { inside: value }, [[value]]]) {
      class Net extends nn.Module {
        blocks = field;
      }
      assert.throws(() => [...new Net().parameters()], {
        name: "StateError",
        message: /^Net: the field "blocks" is .* of modules or parameters, .* Hint: use nn\.ModuleList/,
      });
    }
  });
}

test("fields with settings are nobody's business", () => {
  class Net extends nn.Module {
    settings: Record<string, unknown> = { sizes: [1, 2], nested: new Map([["a", { b: null }]]) };
  }
  const net = new Net();
  net.settings.itself = net.settings;
  assert.deepEqual([...net.parameters()], []);
});

test("a field may be called `call`", () => {
  class Net extends nn.Module {
    override call = new nn.ReLU();
    override forward(x: Tensor): Tensor {
      return this.call(x);
    }
  }
  assert.deepEqual(new Net()(tensor([-1, 2])).tolist(), [0, 2]);
});

const sequential = (...given: readonly unknown[]): unknown => new nn.Sequential(...(given as nn.Module[]));

test("Sequential refuses what is no module, and says how to write it", () => {
  assert.throws(() => sequential([new nn.ReLU()]), {
    message:
      "Sequential: entry 0 is not a module, got [a ReLU]. Hint: leave out the inner array: new nn.Sequential(first, second), or new nn.ModuleList([first, second]).",
  });
  assert.throws(() => sequential(new nn.ReLU(), nn.functional.relu), {
    message: /^Sequential: entry 1 is not a module, got the function relu\. Hint: write a class/,
  });
  assert.throws(() => sequential({ act: "relu" }), { message: 'Sequential: entry act is not a module, got "relu".' });
  assert.throws(() => sequential(new nn.ReLU(), null), { message: "Sequential: entry 1 is not a module, got null." });
});

test("arguments that a class without a constructor would lose are refused", () => {
  class Net extends nn.Module {}
  assert.throws(() => new (Net as new (classes: number) => Net)(10), {
    message: "Net: takes no arguments, got 10. Hint: a class that takes some has a constructor, which calls super().",
  });
});

test("a layer takes all its arguments by name, too", () => {
  const Loose = nn.Conv2d as unknown as new (options: object) => nn.Conv2d;
  const conv = new Loose({ inChannels: 1, outChannels: 2, kernelSize: 3, padding: 1 });
  assert.equal(String(conv), "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))");
});
