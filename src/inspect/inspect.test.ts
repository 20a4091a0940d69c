import assert from "node:assert/strict";
import { test } from "node:test";
import { custom } from "../../test/advice/blocks.js";
import { Twice, TwoInputs, VGG } from "../../test/sample-networks.js";
import * as nn from "../nn/index.js";
import { functional as F } from "../nn/index.js";
import { defaultGenerator } from "../random/random.js";
import { setEngine } from "../runtime/realize.js";
import { WaitingWork } from "../runtime/waiting-work.js";
import { cat, ones } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { ExerciseNet } from "../exercise/networks.js";
import { formatInspection } from "./inspect-table.js";
import { inspectNetwork } from "./inspect.js";

// Inspecting must not compute anything.
setEngine({
  waitingWork: new WaitingWork(),
  prepare() {
    throw new Error("something was computed");
  },
});

const names = (model: nn.Module, size: readonly number[] = [1, 28, 28]): string[] =>
  inspectNetwork(model, size).layers.map(({ name }) => name);

test("the exercise's network: shapes, parameters, receptive fields and 3.29 million multiply-adds", () => {
  const { layers, parameters, multiplyAdds, outputs } = inspectNetwork(new ExerciseNet(), [1, 28, 28]);
  const shown = layers.filter(({ kind }) => kind === "conv" || kind === "pool");
  assert.deepEqual(
    shown.map((layer) => [layer.outputs[0]!.join(), layer.parameters, layer.field![0].size, layer.field![1].size]),
    [
      ["8,26,26", 80, 3, 3],
      ["16,24,24", 1168, 5, 5],
      ["32,22,22", 4640, 7, 7],
      ["32,11,11", 0, 8, 8],
      ["8,11,11", 264, 8, 8],
      ["16,9,9", 1168, 12, 12],
      ["32,7,7", 4640, 16, 16],
      ["32,1,1", 0, 28, 28],
      ["10,1,1", 330, 28, 28],
    ],
  );
  assert.equal(parameters, 12_514);
  // 9·676·8 + 72·576·16 + 144·484·32 + 32·121·8 + 72·81·16 + 144·49·32 + 32·10
  assert.equal(multiplyAdds, 3_292_896);
  assert.deepEqual(outputs, [layers.length - 1]);
  assert.deepEqual(
    layers.map(({ from }) => from),
    layers.map((_, i) => (i === 0 ? [] : [i - 1])),
  );
});

test("VGG-16: 138,357,544 parameters, 15.5 G multiply-adds, a receptive field of 212 before the classifier", () => {
  const { layers, parameters, multiplyAdds } = inspectNetwork(new VGG(), [3, 224, 224]);
  assert.equal(parameters, 138_357_544);
  assert.equal(multiplyAdds, 15_470_264_320);
  const [height] = layers.findLast(({ outputs }) => outputs[0]!.length === 3)!.field!;
  assert.deepEqual(height, { size: 212, jump: 32, start: 16, count: 7 });
});

test("functions are layers: convolution, linear, batch norm, dropout and pooling, each with its auxiliary nodes", () => {
  class Net extends nn.Module {
    kernel = new nn.Parameter(ones([4, 1, 2, 2]));
    shift = new nn.Parameter(ones([4]));
    mean = new nn.Buffer(ones([4]));
    matrix = new nn.Parameter(ones([10, 16]));
    override forward(x: Tensor): Tensor {
      x = F.conv2d(x, this.kernel, this.shift, { padding: "same" });
      x = F.relu(F.batchNorm(x, this.mean, this.mean, { weight: this.shift }));
      x = F.maxPool2d(F.dropout(x, 0.25, this.training), 2);
      x = F.adaptiveAvgPool2d(x, [2, 2]).view(-1, 16);
      return F.logSoftmax(F.linear(x, this.matrix), 1);
    }
  }
  const { layers } = inspectNetwork(new Net(), [1, 9, 9]);
  assert.deepEqual(
    layers.map(({ name, parameters, multiplyAdds }) => [name, parameters, multiplyAdds]),
    [
      ["input", 0, 0],
      ["conv2d", 20, 4 * 81 * 4],
      ["batchNorm", 4, 0],
      ["relu", 0, 0],
      ["dropout", 0, 0],
      ["maxPool2d", 0, 0],
      ["avgPool2d", 0, 0],
      ["reshape", 0, 0],
      ["linear", 160, 160],
      ["logSoftmax", 0, 0],
    ],
  );
  const dropout = layers.find((layer) => layer.kind === "dropout")!;
  assert.equal(dropout.p, 0.25);
});

/** A pooling and an activation in a module without submodules. */
class Pooled extends nn.Module {
  constructor(readonly to: readonly [number, number]) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return F.adaptiveAvgPool2d(x, this.to).relu();
  }
}

// Windows reach from ⌊i·H/OH⌋ to ⌈(i+1)·H/OH⌉, and the largest counts.
for (const [size, to, kernel, stride] of [
  [
    [10, 10],
    [3, 4],
    [4, 3],
    [4, 3],
  ],
  [
    [26, 26],
    [5, 5],
    [6, 6],
    [6, 6],
  ],
  [
    [48, 48],
    [5, 48],
    [11, 1],
    [10, 1],
  ],
  [
    [3, 3],
    [5, 1],
    [2, 3],
    [1, 3],
  ],
  [
    [2, 7],
    [3, 2],
    [2, 4],
    [1, 4],
  ],
] as const) {
  const pooling = { kind: "pool", by: "mean", kernel, stride, multiplyAdds: 0, outputs: [[2, ...to]], branches: null };
  for (const [what, model, expected] of [
    ["a function", custom((x) => F.adaptiveAvgPool2d(x, to)), [{ ...pooling, name: "adaptiveAvgPool2d" }]],
    ["a module", new nn.Sequential(new nn.AdaptiveAvgPool2d(to)), [{ ...pooling, name: "AdaptiveAvgPool2d" }]],
    ["a part of a module", new nn.Sequential(new Pooled(to)), [{ ...pooling, name: "Pooled" }]],
    [
      "a function between others",
      custom((x) => F.adaptiveAvgPool2d(x.slice(1, 0, 2), to).relu()),
      [{ kind: "reshape" }, { ...pooling, name: "adaptiveAvgPool2d" }, { kind: "activation" }],
    ],
  ] as const) {
    test(`uneven adaptive pooling from ${size.join("×")} to ${to.join("×")} is one layer as ${what}`, () => {
      const { layers } = inspectNetwork(model, [what.includes("between") ? 3 : 2, ...size]);
      assert.deepEqual(
        layers.slice(1).map((layer, i) => {
          const keys = Object.keys(expected[i] ?? {});
          return Object.fromEntries(keys.map((key) => [key, layer[key as keyof typeof layer]]));
        }),
        expected,
      );
    });
  }
}

test("two fully connected layers in a row, without modules and biases, are two", () => {
  class Net extends nn.Module {
    first = new nn.Parameter(ones([784, 8]));
    second = new nn.Parameter(ones([8, 3]));
    override forward(x: Tensor): Tensor {
      return x.flatten(1).matmul(this.first).matmul(this.second);
    }
  }
  const { layers, multiplyAdds } = inspectNetwork(new Net(), [1, 28, 28]);
  assert.deepEqual(
    layers.map(({ name, outputs }) => `${name} ${outputs.join()}`),
    ["input 1,28,28", "reshape 784", "linear 8", "linear 3"],
  );
  assert.equal(multiplyAdds, 784 * 8 + 8 * 3);
});

test("a module called twice: its parameters count once, its multiply-adds twice", () => {
  const inspection = inspectNetwork(new Twice(), [4, 12, 12]);
  const { layers, parameters } = inspection;
  const [first, second] = layers.filter(({ kind }) => kind === "conv");
  assert.deepEqual([first!.shares, second!.shares], [null, layers.indexOf(first!)]);
  assert.deepEqual([first!.multiplyAdds, second!.multiplyAdds], [4 * 36 * 100, 4 * 36 * 64]);
  assert.equal(parameters, 148 + 50);
  assert.match(formatInspection(inspection), /3 uses the same parameters as 1; they count once\.$/);
});

test("several inputs come in call order, each with the layer that it feeds", () => {
  const { layers } = inspectNetwork(new TwoInputs(), [[1, 8, 8], [6]]);
  assert.deepEqual(
    layers.map(({ name, from }) => [name, from.join()]),
    [
      ["input", ""],
      ["input 2", ""],
      ["Conv2d", "0"],
      ["AdaptiveAvgPool2d", "2"],
      ["Linear", "1"],
      // A function comes right before the layer that needs it.
      ["reshape", "3"],
      ["add", "5,4"],
      ["Linear", "6"],
    ],
  );
});

test("branches are in call order", () => {
  class Net extends nn.Module {
    short = new nn.Conv2d(1, 2, 1);
    long = new nn.Conv2d(1, 2, 3, { padding: 1 });
    override forward(x: Tensor): Tensor {
      const short = this.short(x);
      const long = F.relu(this.long(x));
      return cat([long.add(short), short], 1);
    }
  }
  const { layers } = inspectNetwork(new Net(), [1, 5, 5]);
  assert.deepEqual(
    layers.map(({ name, path, from }) => [path ?? name, from.join()]),
    [
      ["input", ""],
      ["short", "0"],
      ["long", "0"],
      ["relu", "2"],
      ["add", "3,1"],
      ["cat", "4,1"],
    ],
  );
});

test("a custom module with at most one weighty part is one layer, and one with several is split", () => {
  class Swish extends nn.Module {
    override forward(x: Tensor): Tensor {
      return x.mul(x.sigmoid());
    }
  }
  class Block extends nn.Module {
    kernel = new nn.Parameter(ones([1, 1, 3, 3]));
    override forward(x: Tensor): Tensor {
      return F.maxPool2d(F.conv2d(x, this.kernel), 2);
    }
  }
  assert.deepEqual(names(new nn.Sequential(new Swish(), new Block())), ["input", "Swish", "conv2d", "maxPool2d"]);
});

test("a module that returns its input is a layer, too, and comes before those that follow it", () => {
  const model = new nn.Sequential(new nn.Conv2d(1, 1, 3), new nn.Identity(), new nn.Dropout(0), new nn.ReLU());
  const { layers } = inspectNetwork(model, [1, 5, 5]);
  assert.deepEqual(
    layers.map(({ name, from, activationBytes }) => [name, from.join(), activationBytes]),
    [
      ["input", "", 100],
      ["Conv2d", "0", 36],
      ["Identity", "1", 0],
      ["Dropout", "2", 0],
      ["ReLU", "3", 36],
    ],
  );
});

test("mode, running statistics, random state and hooks do not change", () => {
  class Net extends nn.Module {
    conv = new nn.Conv2d(1, 2, 3);
    bn = new nn.BatchNorm2d(2);
    drop = new nn.Dropout(0.5);
    mean = new nn.Buffer(ones([2]));
    variance = new nn.Buffer(ones([2]));
    override forward(x: Tensor): Tensor {
      x = F.batchNorm(this.bn(this.conv(x)), this.mean, this.variance, { training: this.training });
      return this.drop(F.dropout(x, 0.5, this.training));
    }
  }
  const net = new Net();
  net.bn.eval();
  const before = defaultGenerator.getState();
  const elements = [...net.buffers()].map((buffer) => [...buffer.variable.read()]);
  assert.deepEqual(names(net), ["input", "Conv2d", "BatchNorm2d", "batchNorm", "dropout", "Dropout"]);
  assert.deepEqual([net.training, net.conv.training, net.bn.training, net.drop.training], [true, true, false, true]);
  assert.deepEqual(defaultGenerator.getState(), before);
  assert.deepEqual(
    [...net.buffers()].map((buffer) => [...buffer.variable.read()]),
    elements,
  );
  assert.equal(names(net).length, 6, "the first call leaves no hook behind");
});

test("an input of the wrong size is an error that names the module", () => {
  const net = new ExerciseNet();
  assert.throws(() => inspectNetwork(net, [3, 28, 28]), /conv1 \(Conv2d\): conv2d: input \[[0-9,]*\] has 3 channels/);
  assert.equal(net.training, true);
});

test("modules that are never called are named, a whole block once", () => {
  class Block extends nn.Module {
    conv1 = new nn.Conv2d(2, 2, 1);
    conv2 = new nn.Conv2d(2, 2, 1);
    override forward(x: Tensor): Tensor {
      return this.conv1(x);
    }
  }
  class Net extends nn.Module {
    block = new Block();
    forgotten = new Block();
    tied = new nn.Conv2d(2, 2, 1);
    dropout = new nn.Dropout(0.1);
    list = new nn.ModuleList([new nn.ReLU(), new nn.ReLU()]);
    none = new nn.ModuleList([]);
    override forward(x: Tensor): Tensor {
      return F.conv2d(this.list[0]!(this.block(x)), this.tied.weight);
    }
  }
  const inspection = inspectNetwork(new Net(), [2, 4, 4]);
  assert.deepEqual(inspection.neverCalled, ["block.conv2", "forgotten", "dropout", "list.1"]);
  assert.match(formatInspection(inspection), /\n\nblock\.conv2 is never called\.\nforgotten is never called\.\n/);
  assert.deepEqual(inspectNetwork(new ExerciseNet(), [1, 28, 28]).neverCalled, []);
});

test("tensors in records, Maps and lists are outputs and inputs of layers", () => {
  class Join extends nn.Module {
    override forward({ parts }: { parts: Map<string, Tensor> }): { sum: Tensor } {
      return { sum: [...parts.values()].reduce((a, b) => a.add(b)).relu() };
    }
  }
  class Net extends nn.Module {
    conv = new nn.Conv2d(1, 2, 3);
    join = new Join();
    override forward(x: Tensor): { maps: Tensor[]; mean: Tensor } {
      x = this.conv(x);
      const { sum } = this.join({ parts: new Map([["a", x], ["b", x.tanh()]]) }); // prettier-ignore
      return { maps: [sum, x], mean: sum.mean() };
    }
  }
  const { layers, outputs } = inspectNetwork(new Net(), [1, 9, 9]);
  assert.deepEqual(
    layers.map(({ name, from }) => [name, ...from]),
    [["input"], ["Conv2d", 0], ["tanh", 1], ["Join", 1, 2], ["mean", 3]],
  );
  assert.deepEqual(outputs, [3, 1, 4]);
});
