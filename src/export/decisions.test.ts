/** An exported network keeps no branch that was chosen by one input, by random numbers, or by a counter. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveConfig } from "../entries/train.js";
import { exportOnnx, exportPytorch } from "../entries/export.js";
import { importOnnx } from "../entries/import.js";
import type { Tensor } from "../entries/index.js";
import { F, manualSeed, nn, ones, rand, randn, tensor, zeros } from "../entries/index.js";
import { inspectNetwork, summarize } from "../entries/summary.js";

type Body = (this: Choice, x: Tensor) => Tensor;

/** A network whose forward is given. */
class Choice extends nn.Module {
  conv = new nn.Conv2d(1, 2, 3);
  other = new nn.Conv2d(1, 2, 3);
  scale = new nn.Buffer(ones([1]));
  calls = 0;

  constructor(private readonly body: Body) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return F.logSoftmax(this.body(x).mean([2, 3]), 1);
  }
}

const size = [1, 8, 8];
const images = { size: [1, 8, 8] as const, mean: 0.5, std: 0.5, classes: ["a", "b"] };
const exports = {
  exportOnnx: (model: nn.Module) => void exportOnnx(model, size),
  exportPytorch: (model: nn.Module) => void exportPytorch(model, { config: resolveConfig("notebook"), images }),
};

const reading: Record<string, Body> = {
  "a sum of the input"(x) {
    return x.sum().item() > 0 ? this.conv(x) : this.other(x);
  },
  "the input itself"(x) {
    return (x.data()[0] ?? 0) > 0 ? this.conv(x) : this.other(x);
  },
  "a layer's output"(x) {
    const maps = this.conv(x);
    return (maps.tolist() as number[][][][])[0]![0]![0]![0]! > 0 ? maps : this.other(x);
  },
  "a part of the input"(x) {
    const [image] = x;
    return image!.flatten().select(0, 3).item() > 0 ? this.conv(x) : this.other(x);
  },
  "a number computed from the input"(x) {
    return this.conv(x).mul(1 / (1 + x.amax().item()));
  },
  "an input that was detached"(x) {
    return JSON.stringify(x.detach()).length > 9 ? this.conv(x) : this.other(x);
  },
  "a buffer that holds the input's mean"(x) {
    this.scale.copy_(x.mean().reshape(1));
    return this.scale.item() > 0 ? this.conv(x) : this.other(x);
  },
  "new elements made of the input's"(x) {
    return this.conv(tensor(x.data()).reshape(x.shape));
  },
};

const outside = { calls: 0 };
const changing: Record<string, [body: Body, message: RegExp]> = {
  "Math.random() in a branch": [
    function (x) {
      return Math.random() < 0.5 ? this.conv(x) : this.other(x);
    },
    /forward calls Math\.random\(\).*Hint: draw it once, in the constructor/,
  ],
  "rand() in a branch": [
    function (x) {
      return rand([1]).item() < 0.5 ? this.conv(x) : this.other(x);
    },
    /draws random numbers that are not part of its output/,
  ],
  "randn() in a branch": [
    function (x) {
      return randn([1]).item() < 0 ? this.conv(x) : this.other(x);
    },
    /draws random numbers that are not part of its output/,
  ],
  "a factor that is counted in a field": [
    function (x) {
      return this.conv(x).mul(++this.calls);
    },
    /from call to call: 1 for 2 images, 2 for 3 images, 3 for 65 images/,
  ],
  "a factor that is counted outside, as the batch grows": [
    function (x) {
      return this.conv(x).mul(++outside.calls);
    },
    /from call to call: 2 for 2 images, 3 for 3 images, 4 for 65 images/,
  ],
  "every second call": [
    function (x) {
      return this.calls++ % 2 === 0 ? this.conv(x) : this.other(x);
    },
    /something different for a different batch size, or from call to call/,
  ],
  "another layer for larger batches": [
    function (x) {
      return x.shape[0]! > 16 ? this.conv(x) : this.other(x);
    },
    /something different for a different batch size/,
  ],
  "operands that change places": [
    function (x) {
      const [a, b] = [this.conv(x), this.other(x)];
      return x.shape[0]! > 2 ? a.sub(b) : b.sub(a);
    },
    /something different for a different batch size/,
  ],
};

for (const [name, run] of Object.entries(exports)) {
  for (const [what, body] of Object.entries(reading)) {
    test(`${name} refuses a forward that reads ${what}`, () => {
      assert.throws(
        () => run(new Choice(body)),
        /export: forward reads elements that depend on the network's input.*x\.sum\(\)\.gt\(0\)\.where\(a, b\)/,
      );
    });
  }
  for (const [what, [body, message]] of Object.entries(changing)) {
    test(`${name} refuses ${what}`, () => {
      outside.calls = 1;
      assert.throws(() => run(new Choice(body)), message);
    });
  }
  test(`${name} takes a forward that reads what does not depend on the input, and the batch size`, () => {
    const model = new Choice(function (x) {
      const factor = this.scale.item() > 0 && this.training !== undefined ? 2 : 3;
      const constant = zeros([2]).add(1).sum().item();
      this.calls++;
      return this.conv(x.reshape(x.shape[0]!, 1, 8, 8)).mul(factor * constant);
    });
    run(model);
    assert.equal(model.calls, 0);
    assert.deepEqual(model.scale.tolist(), [1]);
  });
}

test("what the error says to write is exported, with both branches", () => {
  manualSeed(1);
  const model = new Choice(function (x) {
    return x.sum().gt(0).where(this.conv(x), this.other(x));
  }).eval();
  const again = importOnnx(exportOnnx(model, size), "choice.onnx").eval();
  for (const x of [ones([1, ...size]), ones([1, ...size]).neg()]) {
    const [ours, theirs] = [model(x).data(), again(x).data()];
    ours.forEach((value, i) => assert.ok(Math.abs(value - theirs[i]!) < 1e-6));
  }
});

test("a refused export leaves Math.random, the fields and the pending work as they were", () => {
  const { random } = Math;
  const elsewhere = new nn.Buffer(zeros([1]));
  const model = new Choice(function (x) {
    this.calls++;
    elsewhere.copy_(elsewhere.add(1));
    return x.sum().item() > 0 ? this.conv(x) : this.other(x);
  });
  assert.throws(() => exportOnnx(model, size));
  assert.equal(Math.random, random);
  assert.equal(model.calls, 0);
  assert.equal(ones([2]).sum().item(), 2);
});

test("summary and inspect read elements, which they compute of zeros", () => {
  const model = new Choice(reading["a sum of the input"]!);
  assert.equal(summarize(model, size).rows.length, 1);
  assert.deepEqual(
    inspectNetwork(model, size)
      .layers.map(({ name }) => name)
      .filter((name) => name === "Conv2d"),
    ["Conv2d"],
  );
});
