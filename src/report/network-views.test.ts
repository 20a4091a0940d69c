import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Conv2d, functional as F, Module } from "../nn/index.js";
import { manualSeed, randn } from "../random/random.js";
import { referenceEngine } from "../reference/reference-engine.js";
import { setEngine } from "../runtime/realize.js";
import type { Tensor } from "../tensor/tensor.js";
import { activationMaps, firstKernels } from "./network-views.js";

beforeEach(() => setEngine(referenceEngine));

class Net extends Module {
  squeeze = new Conv2d(2, 2, 1);
  wide = new Conv2d(2, 3, [1, 2]);
  many = new Conv2d(3, 70, 2);

  override forward(images: Tensor): Tensor {
    const x = F.relu(this.wide(F.relu(this.squeeze(images))));
    return F.logSoftmax(this.many(x).mean([2, 3]), 1);
  }
}

test("kernels larger than 1×1, for each output and each input", () => {
  manualSeed(1);
  const net = new Net();
  const [wide, many] = firstKernels(net);
  assert.deepEqual([wide!.layer, wide!.outputs, wide!.inputs, wide!.height, wide!.width], ["wide", 3, 2, 1, 2]);
  assert.deepEqual(
    wide!.kernels.map((kernel) => [...kernel]),
    (net.wide.weight.tolist() as number[][][][]).flat().map((kernel) => kernel.flat()),
  );
  assert.deepEqual([many!.outputs, many!.cut, many!.kernels.length], [64, true, 64 * 3]);
  assert.deepEqual([...many!.kernels.at(-1)!], [...net.many.weight.data()].slice(63 * 12 + 8, 63 * 12 + 12));
});

test("activation maps are the ReLUs' outputs, named after the convolution before", () => {
  manualSeed(1);
  const net = new Net();
  net.wide.weight.setData(Float32Array.of(1, 0, 0, 0, 0, 0, 1, 0, -1, -1, -1, -1));
  net.wide.bias!.setData(new Float32Array(3));
  const image = randn([1, 2, 4, 4]);
  const [squeezed, widened] = activationMaps(net.train(), image);
  assert.deepEqual([squeezed!.layer, squeezed!.channels, squeezed!.width], ["ReLU after squeeze", 2, 4]);
  assert.deepEqual([widened!.layer, widened!.channels, widened!.width], ["ReLU after wide", 3, 3]);
  const first = [...squeezed!.maps[0]!].filter((_, i) => i % 4 < 3);
  assert.deepEqual([...widened!.maps[0]!], first, "the kernel [1 0] passes the first channel on");
  assert.ok(widened!.maps[2]!.every((value) => value === 0));
  assert.equal(net.training, true);
});
