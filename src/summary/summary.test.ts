import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonFixture } from "../../test/fixtures.js";
import {
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  functional as F,
  Linear,
  Module,
  ModuleList,
  Parameter,
  ReLU,
  Sequential,
} from "../nn/index.js";
import { defaultGenerator } from "../random/random.js";
import { setEngine } from "../runtime/realize.js";
import { WaitingWork } from "../runtime/waiting-work.js";
import { ones } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import * as samples from "../../test/sample-networks.js";
import { networks } from "../exercise/networks.js";
import { formatSummary, summarize } from "./summary.js";

// The summary must not compute anything.
setEngine({
  waitingWork: new WaitingWork(),
  prepare() {
    throw new Error("something was computed");
  },
});

test("the exercise's network, as torchsummary 1.5.1 prints it", () => {
  assert.equal(
    formatSummary(summarize(networks["exercise"]!(), [1, 28, 28])),
    `----------------------------------------------------------------
        Layer (type)               Output Shape         Param #
================================================================
            Conv2d-1            [-1, 8, 26, 26]              80
       BatchNorm2d-2            [-1, 8, 26, 26]              16
            Conv2d-3           [-1, 16, 24, 24]           1,168
       BatchNorm2d-4           [-1, 16, 24, 24]              32
            Conv2d-5           [-1, 32, 22, 22]           4,640
       BatchNorm2d-6           [-1, 32, 22, 22]              64
         MaxPool2d-7           [-1, 32, 11, 11]               0
            Conv2d-8            [-1, 8, 11, 11]             264
       BatchNorm2d-9            [-1, 8, 11, 11]              16
           Conv2d-10             [-1, 16, 9, 9]           1,168
      BatchNorm2d-11             [-1, 16, 9, 9]              32
           Conv2d-12             [-1, 32, 7, 7]           4,640
      BatchNorm2d-13             [-1, 32, 7, 7]              64
AdaptiveAvgPool2d-14             [-1, 32, 1, 1]               0
           Conv2d-15             [-1, 10, 1, 1]             330
================================================================
Total params: 12,514
Trainable params: 12,514
Non-trainable params: 0
----------------------------------------------------------------
Input size (MB): 0.00
Forward/backward pass size (MB): 0.55
Params size (MB): 0.05
Estimated Total Size (MB): 0.60
----------------------------------------------------------------`,
  );
});

/** See fixtures/nn/torchsummary.py. */
interface Printed {
  readonly sizes: readonly (readonly number[])[];
  readonly lines: readonly string[];
  readonly outputs: number;
  /** The number of elements in the parameters, each counted once; torchsummary counts a module again at each call. */
  readonly distinct: number;
}
const fixture = jsonFixture<{
  readonly networks: Readonly<Record<"VGG" | "Twice" | "TwoInputs", Printed>>;
}>("nn/torchsummary.json");

for (const name of ["VGG", "Twice", "TwoInputs"] as const) {
  test(`the rows of ${name} follow torchsummary's rule in PyTorch`, () => {
    const { sizes, lines, outputs, distinct } = fixture.networks[name];
    const found = summarize(new samples[name](), sizes);
    assert.deepEqual(formatSummary(found).split("\n").slice(3, -10), lines);
    assert.deepEqual([found.outputs, found.totalParams], [outputs, distinct]);
    // These are the figures that torchsummary prints for VGG-16.
    const sizes16 = /Total params: 138,357,544\n.*Input size \(MB\): 0\.57\n.*: 218\.78\n.*: 527\.79\n/s;
    if (name === "VGG") assert.match(formatSummary(found), sizes16);
  });
}

test("Sequential and ModuleList have no row, and frozen parameters are not trainable", () => {
  class Net extends Module {
    block = new Sequential(new Conv2d(3, 4, 3, { bias: false }), new ReLU());
    heads = new ModuleList([new AvgPool2d(2)]);
    override forward(x: Tensor): Tensor {
      return this.heads[0]!(this.block(x));
    }
  }
  const net = new Net();
  net.block.requiresGrad_(false);
  const found = summarize(net, [3, 6, 6]);
  assert.deepEqual(
    found.rows.map(({ layer, outputs }) => [layer, ...outputs]),
    [
      ["Conv2d-1", [-1, 4, 4, 4]],
      ["ReLU-2", [-1, 4, 4, 4]],
      ["AvgPool2d-3", [-1, 4, 2, 2]],
    ],
  );
  assert.deepEqual([found.totalParams, found.trainableParams], [108, 0]);
  assert.deepEqual([found.inputs, found.outputs], [108, 64 + 64 + 16]);
});

test("several inputs, several outputs, and a module that is called twice", () => {
  class Twice extends Module {
    shared = new Linear(5, 5);
    override forward(a: Tensor, b: Tensor): Tensor[] {
      return [this.shared(a), this.shared(b)];
    }
  }
  class Net extends Module {
    twice = new Twice();
    bias = new Parameter(ones([5]));
    override forward(a: Tensor, b: Tensor): Tensor {
      const [x, y] = this.twice(a, b) as [Tensor, Tensor];
      return x.sum(1, true).add(y).add(this.bias);
    }
  }
  const found = summarize(new Net(), [[5], [2, 5]]);
  const lines = formatSummary(found).split("\n");
  assert.deepEqual(lines.slice(3, 6), [
    "            Linear-1                    [-1, 5]              30",
    "            Linear-2                 [-1, 2, 5]              30",
    "             Twice-3      [[-1, 5], [-1, 2, 5]]               0",
  ]);
  assert.equal(found.totalParams, 35, "each parameter counts once, including the network's own");
  assert.deepEqual([found.inputs, found.outputs], [15, 5 + 10 + 15]);
});

test("mode, running statistics, random state and hooks do not change", () => {
  class Net extends Module {
    conv = new Conv2d(1, 2, 3);
    bn = new BatchNorm2d(2);
    drop = new Dropout(0.5);
    override forward(x: Tensor): Tensor {
      return this.drop(F.relu(this.bn(this.conv(x))));
    }
  }
  const net = new Net();
  net.bn.eval();
  const before = defaultGenerator.getState();
  const nodes = [...net.stateDict().values()].map(({ node }) => node);
  summarize(net, [1, 4, 4]);
  assert.deepEqual([net.training, net.conv.training, net.bn.training, net.drop.training], [true, true, false, true]);
  assert.deepEqual(defaultGenerator.getState(), before);
  assert.ok([...net.stateDict().values()].every(({ node }, i) => node === nodes[i]));
  assert.equal(summarize(net, [1, 4, 4]).rows.length, 3, "the first call leaves no hook behind");
});

test("an input of the wrong size is an error that leaves the network unchanged", () => {
  const net = networks["exercise"]!();
  assert.throws(() => summarize(net, [3, 28, 28]), /conv1.*conv2d/);
  assert.equal(net.training, true);
  assert.equal(summarize(net, [1, 28, 28]).rows.length, 15);
});

test("sizes in MB are rounded as Python's %.2f", () => {
  // 32,768 numbers are exactly 0.125 MB
  const text = formatSummary({ rows: [], totalParams: 0, trainableParams: 0, inputs: 32_768, outputs: 3 * 16_384 });
  assert.match(text, /Input size \(MB\): 0\.12\n/);
  assert.match(text, /pass size \(MB\): 0\.38\n/);
  assert.match(text, /Total Size \(MB\): 0\.50\n/);
});

/** A layer for each way of returning tensors, with the shapes that torchsummary would list for a list of them. */
const waysToReturn: Readonly<Record<string, (a: Tensor, b: Tensor) => unknown>> = {
  list: (a, b) => [a, b],
  "nested lists with null": (a, b) => [[a, null], [[b]]],
  record: (a, b) => ({ logits: a, features: b }),
  "record in a record": (a, b) => ({ heads: { logits: a }, features: [b] }),
  Map: (a, b) =>
    new Map([
      ["logits", a],
      ["features", b],
    ]),
  Set: (a, b) => new Set([a, b]),
  "instance of a class": (a, b) =>
    new (class Output {
      logits = a;
      readonly names = new Uint8Array(2);
      readonly features = b;
    })(),
  "record that contains itself": (a, b) => {
    const record: Record<string, unknown> = { a, b };
    record["self"] = record;
    return record;
  },
};
for (const [what, join] of Object.entries(waysToReturn)) {
  test(`the tensors that a module returns in a ${what} are counted`, () => {
    class Heads extends Module {
      fc = new Linear(4, 2);
      override forward(x: Tensor): unknown {
        return join(this.fc(x), x);
      }
    }
    class Net extends Module {
      heads = new Heads();
      override forward(x: Tensor): unknown {
        return this.heads(x);
      }
    }
    const found = summarize(new Net(), [4]);
    const [fc, heads] = found.rows;
    assert.deepEqual(
      [fc, heads],
      [
        { layer: "Linear-1", outputs: [[-1, 2]], several: false, params: 10 },
        {
          layer: "Heads-2",
          outputs: [
            [-1, 2],
            [-1, 4],
          ],
          several: true,
          params: 0,
        },
      ],
    );
    assert.equal(found.outputs, 2 + 2 + 4);
    assert.match(formatSummary(found), /Heads-2 +\[\[-1, 2\], \[-1, 4\]\] +0/);
  });
}

test("as in torchsummary, a layer that is never called does not count; a parameter that is read elsewhere does", () => {
  class Block extends Module {
    first = new Linear(4, 4);
    second = new Linear(4, 4);
    override forward(x: Tensor): Tensor {
      return this.first(x);
    }
  }
  class Net extends Module {
    block = new Block();
    forgotten = new Block();
    tied = new Linear(4, 3, { bias: false });
    gain = new Parameter(ones([3]));
    idle = new Sequential(new Linear(4, 100));
    auxiliary = new Linear(3, 2);
    override forward(x: Tensor): Tensor[] {
      x = F.linear(this.block(x), this.tied.weight).mul(this.gain);
      return this.training ? [x, this.auxiliary(x)] : [x];
    }
  }
  const net = new Net();
  const found = summarize(net, [4]);
  assert.deepEqual([found.totalParams, found.trainableParams], [20 + 12 + 3 + 8, 20 + 12 + 3 + 8]);
  assert.equal(
    [...net.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0),
    603,
  );
  // Without the head that is only used in training.
  assert.equal(summarize(net.eval(), [4]).totalParams, 20 + 12 + 3);
});
