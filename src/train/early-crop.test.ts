import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { arange, tensor } from "../tensor/creation.js";
import { ImageDataset } from "../data/image-dataset.js";
import { Subset } from "../data/subset.js";
import { TensorDataset } from "../data/tensor-dataset.js";
import * as transforms from "../data/transforms/index.js";
import type { Batch, Dataset } from "../data/dataset.js";
import { AdaptiveAvgPool2d, Conv2d, functional as F, Module } from "../nn/index.js";
import { Generator, manualSeed, uniform, uniformNumber } from "../random/random.js";
import { setEngine } from "../runtime/realize.js";
import { referenceEngine } from "../reference/reference-engine.js";
import type { Tensor } from "../tensor/tensor.js";
import { hashTensors } from "./checkpoint.js";
import { trainingBatches } from "./early-crop.js";
import { resolveConfig } from "../exercise/recipes.js";
import { makeTrainer } from "./session.js";
import type { Trainer } from "./trainer.js";

beforeEach(() => setEngine(referenceEngine));

const loading = { batchSize: 2, prefetch: 0 };

test("the first epochs see the middle of each image, the last one whole images", () => {
  const pixels = Float32Array.from({ length: 40 }, (_, i) => i);
  const data = new TensorDataset(tensor(pixels, [2, 1, 4, 5]), tensor(Int32Array.of(7, 8)));
  const source = trainingBatches(data, loading, { earlyCrop: { size: 2, epochs: 9 }, epochs: 3 });
  // The two images in the order in which they were drawn.
  const inOrder = ([images, labels]: Batch): unknown[] => {
    const order = labels.tolist() as number[];
    return [7, 8].map((label) => (images.tolist() as unknown[])[order.indexOf(label)]);
  };
  const [first, second, last] = [1, 2, 3].map((epoch) => [...source.iterate({ epoch, from: 0 })][0]!);
  // Rows 1 and 2 of four, columns 1 and 2 of five.
  const middle = [[[[6, 7], [11, 12]]], [[[26, 27], [31, 32]]]]; // prettier-ignore
  assert.deepEqual([inOrder(first!), inOrder(second!)], [middle, middle]);
  assert.deepEqual(last![0].shape, [2, 1, 4, 5]);
  // Callers that name no epoch, such as the learning-rate range test, see whole images.
  assert.deepEqual([...source.iterate()][0]![0].shape, [2, 1, 4, 5]);
});

test("cropping changes neither the order nor what is drawn after it, from any batch on", () => {
  const data = new TensorDataset(tensor(new Float32Array(192), [12, 1, 4, 4]), arange(12));
  const drawn = [null, { size: 2, epochs: 2 }].map((earlyCrop) => {
    manualSeed(4);
    const source = trainingBatches(data, loading, { earlyCrop, epochs: 3 });
    const epochs = [1, 2, 3].map((epoch) => [...source.iterate({ epoch, from: epoch - 1 })]);
    return [epochs.map((batches) => batches.map(([, labels]) => labels.tolist())), uniformNumber(0, 1)];
  });
  assert.deepEqual(drawn[1], drawn[0]);
  assert.deepEqual(
    (drawn[1]![0] as unknown[][]).map(({ length }) => length),
    [6, 5, 4],
  );
});

/** Maps images of any size to two classes, and notes the size of the images that it is trained on. */
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
  return shortTraining(data, sizes);
}

/** The first two of three epochs see 4×4 pixels. */
function shortTraining(data: Dataset<unknown>, sizes: number[]): Trainer {
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

const toValues = [transforms.toTensor(), transforms.normalize([0.1], [0.3])];
const moving = [transforms.randomAffine({ degrees: 10, translate: [0.2, 0.2] }), ...toValues];
const erasing = [...moving, transforms.randomErasing({ p: 1 })];
const trained: readonly [what: string, transform: transforms.Transform[], whole: string, subset: string][] = [
  [
    "no random transforms",
    toValues,
    "95bbf6f557a31c1639032ba203a2c3b2257a2f0fa4e9200a38ce2e0bc294a370",
    "27e75d29c804ff322b4aa82db7b10ba2e5d31849888ffda116ae308ff1612afb",
  ],
  [
    "random moves of bytes",
    moving,
    "26238bf961ea6041cef6e5707b852fc744fc2cd243d98f821057f795f82ed1f0",
    "f5cbb129c651041a0ef7942a6ef54c39942c38ccb117dd8f68092523b4859de7",
  ],
  [
    "random moves, and erasing after normalisation",
    erasing,
    "49f67a6e7b905d0f84271a1b6d3b4518be6bce0a02a2c117b7d0ad2263a61794",
    "8496ccfb9b0c1312e346fe078920725c0f2b3484962cbed83765d403b11887bc",
  ],
];
for (const [what, list, whole, subset] of trained) {
  test(`the weights after cropped epochs have the bits on record, with ${what}`, async () => {
    const pixels = Uint8Array.from({ length: 252 }, (_, i) => (i * 37) % 256);
    const images = { file: "images", shape: [6, 7, 6], data: pixels, dataOffset: 16 };
    const labels = { file: "labels", shape: [6], data: Uint8Array.of(0, 1, 0, 1, 1, 0), dataOffset: 8 };
    const dataset = new ImageDataset(images, labels, ["a", "b"], transforms.compose(list));
    const part = new Subset(dataset, [0, 2, 3, 5, 1]);
    const hashes = [];
    for (const data of [dataset, part]) {
      const trainer = shortTraining(data, []);
      await trainer.run();
      hashes.push(await hashTensors(trainer.capture().model));
    }
    assert.deepEqual(hashes, [whole, subset]);
  });
}
