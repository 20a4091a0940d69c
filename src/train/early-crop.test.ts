import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { tensor } from "../tensor/creation.js";
import type { Batch, Dataset } from "../data/dataset.js";
import { AdaptiveAvgPool2d, Conv2d, functional as F, Module } from "../nn/index.js";
import { Generator, uniform } from "../random/random.js";
import { setEngine } from "../runtime/realize.js";
import { referenceEngine } from "../reference/reference-engine.js";
import type { Tensor } from "../tensor/tensor.js";
import { hashTensors } from "./checkpoint.js";
import { cropEarly, croppedSize } from "./early-crop.js";
import { resolveConfig } from "../exercise/recipes.js";
import { makeTrainer } from "./session.js";
import type { Trainer } from "./trainer.js";

beforeEach(() => setEngine(referenceEngine));

test("the first epochs see the middle of each image, the last one whole images", () => {
  const pixels = Float32Array.from({ length: 40 }, (_, i) => i);
  const asked: object[] = [];
  const source = {
    length: 1,
    iterate: (place = {}): Batch[] => {
      asked.push(place);
      return [[tensor(pixels, [2, 1, 4, 5]), tensor(Int32Array.of(7, 8))]];
    },
  };
  const config = { earlyCrop: { size: 2, epochs: 9 }, epochs: 3 };
  const [first, second, last] = [1, 2, 3].map((epoch) => {
    const [[images, labels]] = [...cropEarly(source, config).iterate({ epoch, from: 0 })] as [Batch];
    assert.deepEqual(labels.tolist(), [7, 8]);
    return images;
  });
  // Rows 1 and 2 of four, columns 1 and 2 of five.
  const middle = [[[[6, 7], [11, 12]]], [[[26, 27], [31, 32]]]]; // prettier-ignore
  assert.deepEqual([first!.tolist(), second!.tolist()], [middle, middle]);
  assert.deepEqual(last!.shape, [2, 1, 4, 5]);
  // Who names no epoch, as the range test of learning rates, sees whole images.
  assert.deepEqual([...cropEarly(source, config).iterate()][0]![0].shape, [2, 1, 4, 5]);
  assert.deepEqual(asked[1], { epoch: 2, from: 0 });
});

test("images that are smaller are refused", () => {
  assert.deepEqual(croppedSize([3, 8, 6], { size: 6, epochs: 1 }), [3, 6, 6]);
  assert.throws(() => croppedSize([3, 8, 6], { size: 7, epochs: 1 }), {
    name: "ArgumentError",
    message: "earlyCrop.size: images [3,8,6] are smaller than the part to crop; expected at most 6, got 7.",
  });
});

/** Images of any size to two classes; notes the size of the images that it is trained on. */
class AnySize extends Module {
  conv = new Conv2d(1, 2, 3);
  pool = new AdaptiveAvgPool2d(1);
  readonly sizes: number[];

  constructor(sizes: number[]) {
    super();
    this.sizes = sizes;
  }

  override forward(images: Tensor): Tensor {
    if (this.training) this.sizes.push(images.shape[2]!);
    return F.logSoftmax(this.pool(this.conv(images)).view(-1, 2), 1);
  }
}

/** Three epochs of three batches, the first two cropped. */
function trainingOf(sizes: number[]): Trainer {
  const generator = new Generator(3);
  const images = Array.from({ length: 6 }, () => {
    const pixels = new Float32Array(36);
    uniform(pixels, 0, 1, generator);
    return tensor(pixels, [1, 6, 6]);
  });
  const data: Dataset = { length: 6, get: (index) => [images[index]!, index % 2] };
  const config = resolveConfig("notebook", { epochs: 3, batchSize: 2, earlyCrop: { size: 4, epochs: 2 }, net: "x.ts" });
  return makeTrainer(config, () => new AnySize(sizes), { train: data, test: data });
}

test("a training that is stopped in a cropped epoch goes on to the same bits", async () => {
  const [wholeSizes, sizes]: [number[], number[]] = [[], []];
  const whole = trainingOf(wholeSizes);
  await whole.run();
  assert.deepEqual(wholeSizes, [4, 4, 4, 4, 4, 4, 6, 6, 6]);

  const stopped = trainingOf(sizes);
  stopped.on("step", ({ epoch, batch }) => epoch === 2 && batch === 0 && stopped.stop());
  await stopped.run();
  const state = stopped.capture();
  const resumed = trainingOf(sizes);
  resumed.restore(state);
  await resumed.run();
  assert.deepEqual(sizes, wholeSizes);
  assert.equal(await hashTensors(resumed.capture().model), await hashTensors(whole.capture().model));
});
