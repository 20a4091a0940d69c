/**
 * Compares the exercise's network with PyTorch's after manual_seed(1) (fixtures/exercise/network.py): weights, one
 * step, evaluation.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { absolute, assertClose, assertCloseTo, relative } from "../../test/closeness.js";
import { jsonFixture } from "../../test/fixtures.js";
import { SGD } from "../optim/index.js";
import { manualSeed } from "../random/random.js";
import { realize, setEngine } from "../runtime/realize.js";
import { referenceEngine } from "../reference/reference-engine.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import * as F from "../nn/functional/index.js";
import * as nn from "../nn/index.js";

setEngine(referenceEngine);

class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 8, 3);
  bn1 = new nn.BatchNorm2d(8);
  conv2 = new nn.Conv2d(8, 16, 3);
  bn2 = new nn.BatchNorm2d(16);
  conv3 = new nn.Conv2d(16, 32, 3);
  bn3 = new nn.BatchNorm2d(32);
  pool = new nn.MaxPool2d(2, { stride: 2 });
  conv4 = new nn.Conv2d(32, 8, 1);
  bn4 = new nn.BatchNorm2d(8);
  conv5 = new nn.Conv2d(8, 16, 3);
  bn5 = new nn.BatchNorm2d(16);
  conv6 = new nn.Conv2d(16, 32, 3);
  bn6 = new nn.BatchNorm2d(32);
  gap = new nn.AdaptiveAvgPool2d(1);
  conv7 = new nn.Conv2d(32, 10, 1);

  override forward(input: Tensor): Tensor {
    let x = F.relu(this.bn1(this.conv1(input)));
    x = F.relu(this.bn2(this.conv2(x)));
    x = this.pool(F.relu(this.bn3(this.conv3(x))));
    x = F.relu(this.bn4(this.conv4(x)));
    x = F.relu(this.bn5(this.conv5(x)));
    x = F.relu(this.bn6(this.conv6(x)));
    x = this.conv7(this.gap(x));
    return F.logSoftmax(x.view(-1, 10), 1);
  }
}

interface Fixture {
  readonly repr: string;
  readonly parameters: readonly string[];
  readonly buffers: readonly string[];
  readonly state: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly sha256: string; readonly first: readonly number[] }>
  >;
  readonly step: {
    readonly labels: readonly number[];
    readonly output: readonly number[];
    readonly loss: number;
    readonly grads: Readonly<
      Record<string, { readonly largest: number; readonly first: readonly number[]; readonly sum: number }>
    >;
    readonly runningMean: readonly number[];
    readonly runningVar: readonly number[];
    readonly evaluated: readonly number[];
  };
}
const fixture = jsonFixture<Fixture>("exercise/network.json");

function makeNet(): Net {
  manualSeed(1);
  return new Net();
}

/** As in fixtures/exercise/network.py. */
function images(): Tensor {
  const pixels = Float32Array.from({ length: 2 * 28 * 28 }, (_, i) => Math.sin(i * 0.37));
  return tensor(pixels, [2, 1, 28, 28]);
}

test("after manualSeed(1) all names, shapes and weights equal PyTorch's, to the bit", () => {
  const net = makeNet();
  assert.equal(String(net), fixture.repr);
  assert.deepEqual(
    [...net.namedParameters()].map(([name]) => name),
    fixture.parameters,
  );
  assert.deepEqual(
    [...net.namedBuffers()].map(([name]) => name),
    fixture.buffers,
  );
  const state = net.stateDict();
  assert.deepEqual([...state.keys()], Object.keys(fixture.state));
  for (const [name, { shape, sha256, first }] of Object.entries(fixture.state)) {
    const own = state.get(name)!;
    assert.deepEqual(own.shape, shape, name);
    const elements = own.data();
    assert.deepEqual([...elements.subarray(0, first.length)], first, name);
    if (own.dtype !== "float32") continue; // PyTorch's counter has 64 bits
    assert.equal(createHash("sha256").update(new Uint8Array(elements.buffer)).digest("hex"), sha256, name);
  }
  assert.equal(
    [...net.parameters()].reduce((count, parameter) => count + parameter.numel(), 0),
    12514,
  );
});

test("one step's output, loss, gradients and running statistics equal PyTorch's", () => {
  const net = makeNet();
  const { step } = fixture;
  const output = net(images());
  const loss = F.nllLoss(output, tensor(Int32Array.from(step.labels)));
  loss.backward();
  const grads = new Map([...net.namedParameters()].map(([name, { grad }]) => [name, grad!]));
  realize([output, loss, ...grads.values()].map(({ node }) => node)); // at once: the reference is slow
  assertClose(output.data(), step.output, absolute(1e-5), "output");
  assertCloseTo(loss.item(), step.loss, relative(1e-5), "loss");
  for (const [name, { largest, first, sum }] of Object.entries(step.grads)) {
    // The bias of a convolution before a batch norm has no effect: its gradient is rounding alone.
    const scale = largest < 1e-12 ? 0.1 : largest;
    const grad = Float64Array.from(grads.get(name)!.data());
    assertClose(grad.subarray(0, first.length), first, absolute(1e-5 * scale), name);
    const total = grad.reduce((all, value) => all + value, 0);
    assertCloseTo(total, sum, absolute(1e-5 * scale * grad.length), `the sum of ${name}`);
  }
  assertClose(net.bn2.runningMean!.data(), step.runningMean, absolute(1e-6), "running mean");
  assertClose(net.bn2.runningVar!.data(), step.runningVar, absolute(1e-6), "running variance");
  assert.equal(net.bn2.numBatchesTracked!.item(), 1);
  assertClose(net.eval()(images()).data(), step.evaluated, absolute(1e-4), "evaluated");
});

test("the loop of the notebook lowers the loss", () => {
  const net = makeNet();
  const optimizer = new SGD(net.parameters(), { lr: 0.01, momentum: 0.9 });
  const [x, labels] = [images().slice(2, 0, 20).slice(3, 0, 20), tensor(Int32Array.of(3, 1))];
  const losses = [0, 1, 2].map(() => {
    optimizer.zeroGrad();
    const loss = F.nllLoss(net(x), labels);
    loss.backward();
    optimizer.step();
    return loss.item();
  });
  assert.ok(losses[2]! < losses[0]!, losses.join(" "));
});
