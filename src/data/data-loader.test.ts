import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonFixture } from "../../test/fixtures.js";
import { defaultGenerator, Generator, manualSeed, uniform, uniformNumber } from "../random/random.js";
import { currentEngine } from "../runtime/realize.js";
import { ones, tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { DataLoader, type DataLoaderOptions } from "./data-loader.js";
import type { Dataset, Field } from "./dataset.js";
import { ImageDataset } from "./image-dataset.js";
import type { Image } from "./image.js";
import { RandomSampler } from "./sampler.js";
import * as transforms from "./transforms/index.js";

interface Epochs {
  readonly train: number[][];
  readonly test: number[][];
}
interface Fixtures {
  readonly notebook: { weight: number[]; bias: number[]; epochs: Epochs[]; after: number };
  readonly real: { batches: number[][]; after: number };
  readonly mixed: { givenUp: number[]; sequential: number[][]; dropped: number[][]; after: number };
  readonly own: { epochs: number[][][]; after: number; defaultAfter: number };
}
const fixtures = jsonFixture<Fixtures>("data/data-loader.json");

/** Samples that are their own index. */
function indices(length: number): Dataset<readonly number[], Tensor[]> {
  return { length, get: (index) => [index] };
}
function loaderOf(length: number, options: DataLoaderOptions): DataLoader<Tensor[]> {
  return new DataLoader(indices(length), options);
}
function values(batch: readonly Tensor[]): number[] {
  return Array.from(batch[0]!.data());
}
function epoch(loader: Iterable<readonly Tensor[]>): number[][] {
  return Array.from(loader, values);
}

/** Twelve images [1, 4, 4] of bytes. */
function images(transform: transforms.Transform): ImageDataset {
  const data = Uint8Array.from({ length: 12 * 16 }, (_, i) => (i * 37) % 256);
  const targets = Uint8Array.from({ length: 12 }, (_, i) => i % 3);
  return new ImageDataset(
    { file: "images", shape: [12, 4, 4], data, dataOffset: 16 },
    { file: "labels", shape: [12], data: targets, dataOffset: 8 },
    ["a", "b", "c"],
    transform,
  );
}
const augmented = transforms.compose([
  transforms.randomAffine({ degrees: 20, translate: [0.2, 0.2], interpolation: "bilinear" }),
  transforms.toTensor(),
  transforms.normalize([0.1307], [0.3081]),
]);

test("the notebook's order of draws: seed, loaders, weights, epochs with a shuffled test between, are PyTorch's", () => {
  manualSeed(1);
  const train = loaderOf(100, { batchSize: 32, shuffle: true });
  const held = loaderOf(40, { batchSize: 32, shuffle: true });
  // A convolution 1→2 of 3×3 has ±1/√9 for weights and biases.
  const [weight, bias] = [new Float32Array(18), new Float32Array(2)];
  uniform(weight, -1 / 3, 1 / 3);
  uniform(bias, -1 / 3, 1 / 3);
  assert.deepEqual(Array.from(weight), fixtures.notebook.weight);
  assert.deepEqual(Array.from(bias), fixtures.notebook.bias);
  for (const wanted of fixtures.notebook.epochs) {
    assert.deepEqual(epoch(train), wanted.train);
    assert.deepEqual(epoch(held), wanted.test);
  }
  assert.equal(uniformNumber(0, 1), fixtures.notebook.after);
});

test("of 60,000 samples the first batches after manualSeed(1) are PyTorch's", () => {
  manualSeed(1);
  const batches = loaderOf(60000, { batchSize: 32, shuffle: true })[Symbol.iterator]();
  for (const wanted of fixtures.real.batches) assert.deepEqual(values(batches.next().value as Tensor[]), wanted);
  assert.equal(uniformNumber(0, 1), fixtures.real.after);
});

test("an abandoned epoch, an ordered one and one without its last batch draw what PyTorch draws", () => {
  manualSeed(2);
  const { givenUp, sequential, dropped, after } = fixtures.mixed;
  const [first] = loaderOf(10, { batchSize: 4, shuffle: true });
  assert.deepEqual(values(first!), givenUp);
  const inOrder = loaderOf(5, { batchSize: 2 });
  assert.equal(inOrder.length, 3);
  assert.deepEqual(epoch(inOrder), sequential);
  const whole = loaderOf(10, { batchSize: 4, shuffle: true, dropLast: true });
  assert.equal(whole.length, 2);
  assert.deepEqual(epoch(whole), dropped);
  assert.equal(uniformNumber(0, 1), after);
});

test("a loader's own generator gives PyTorch's epochs and leaves the default one alone", () => {
  manualSeed(3);
  const generator = new Generator(4);
  const loader = loaderOf(10, { batchSize: 4, shuffle: true, generator });
  for (const wanted of fixtures.own.epochs) assert.deepEqual(epoch(loader), wanted);
  assert.equal(uniformNumber(0, 1, generator), fixtures.own.after);
  assert.equal(uniformNumber(0, 1), fixtures.own.defaultAfter);
});

test("an epoch can continue from any batch, with the same images and the same draws after it", () => {
  const loader = new DataLoader(images(augmented), { batchSize: 5, shuffle: true });
  manualSeed(9);
  const full = Array.from(loader, (batch) => batch.map((part) => Array.from(part.data())));
  const after = defaultGenerator.getState();
  for (let from = 0; from <= 3; from++) {
    manualSeed(9);
    const rest = Array.from(loader.iterate({ from }), (batch) => batch.map((part) => Array.from(part.data())));
    assert.deepEqual(rest, full.slice(from));
    assert.deepEqual(defaultGenerator.getState(), after);
  }
});

test("going on draws the shuffle at once, so that the generator can be set forward before the first batch", () => {
  const loader = new DataLoader(images(augmented), { batchSize: 5, shuffle: true });
  manualSeed(9);
  const last = Array.from(loader)[2]!;
  manualSeed(9);
  const rest = loader.iterate({ from: 2 });
  manualSeed(1234);
  assert.deepEqual(Array.from(rest)[0]![0].data(), last[0].data());
});

test("augmentation differs from sample to sample and from epoch to epoch, and never draws from the default generator", () => {
  const same: Dataset = { length: 2, get: (_, generator) => [augmented(picture(), generator), 0] };
  const loader = new DataLoader(same, { batchSize: 2 });
  manualSeed(1);
  const epochs = [...loader, ...loader].map(([input]) => Array.from(input.data()));
  const four = epochs.flatMap((both) => [both.slice(0, 16), both.slice(16)].map(String));
  assert.equal(new Set(four).size, 4);
  const drawn = defaultGenerator.getState();
  manualSeed(1);
  assert.equal(Array.from(new DataLoader(indices(2))).length + Array.from(new DataLoader(indices(2))).length, 4);
  assert.deepEqual(defaultGenerator.getState(), drawn);
});

function picture(): Image {
  return { data: Uint8Array.from({ length: 16 }, (_, i) => i * 16), channels: 1, height: 4, width: 4 };
}

test("for await gives the same batches with any number of batches made ahead", async () => {
  const dataset = images(augmented);
  manualSeed(7);
  const wanted = Array.from(new DataLoader(dataset, { batchSize: 2, shuffle: true }), ([input]) => input.data());
  for (const prefetch of [0, 1, 3, 100]) {
    manualSeed(7);
    const got = [];
    for await (const [input] of new DataLoader(dataset, { batchSize: 2, shuffle: true, prefetch })) {
      got.push(input.data());
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.deepEqual(got, wanted);
  }
});

test("prefetch makes at most the given number of batches while the loop waits, and stops with the loop", async () => {
  let made = 0;
  const counting: Dataset = { length: 10, get: (index) => [tensor([index]), (made++, 0)] };
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
  const batches = new DataLoader(counting, { prefetch: 2 })[Symbol.asyncIterator]();
  await batches.next();
  for (let i = 0; i < 5; i++) await turn();
  assert.equal(made, 3);
  await batches.next();
  await batches.return?.();
  for (let i = 0; i < 5; i++) await turn();
  assert.equal(made, 3);
});

test("an error while making a batch ahead reaches the loop at that batch", async () => {
  const failing: Dataset = {
    length: 3,
    get: (index) => {
      if (index === 1) throw new Error("no sample 1");
      return [tensor([index]), 0];
    },
  };
  let seen = 0;
  await assert.rejects(async () => {
    for await (const batch of new DataLoader(failing, { prefetch: 3 })) {
      seen += batch.length;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }, /no sample 1/);
  assert.equal(seen, 2);
});

test("with prefetch the next batch, and no more, is made when the loop's body computes", () => {
  const log: string[] = [];
  const dataset: Dataset = { length: 5, get: (index) => [tensor([index]), (log.push(`make ${index}`), 0)] };
  const compute = (input: Tensor): void => {
    for (const factor of [2, 3]) {
      log.push("compute");
      input.mul(factor).data();
    }
  };
  for (const [input] of new DataLoader(dataset, { batchSize: 2, prefetch: 1 })) compute(input);
  const [first, second, third] = [["make 0", "make 1"], ["make 2", "make 3"], ["make 4"]] as const;
  const [one, two] = ["compute", "compute"];
  assert.deepEqual(log, [...first, one, ...second, two, one, ...third, two, one, two]);
  log.length = 0;
  for (const [input] of new DataLoader(dataset, { batchSize: 2 })) compute(input);
  assert.deepEqual(log, [...first, one, two, ...second, one, two, ...third, one, two]);
});

test("batches made ahead while the loop's body computes are the same as without prefetch", () => {
  const batchesOf = (prefetch: number): unknown[] => {
    manualSeed(9);
    const loader = new DataLoader(images(augmented), { batchSize: 5, shuffle: true, prefetch });
    const all = Array.from(loader, ([input, target]) => [input.add(0).data(), target.data()]);
    return [...all, defaultGenerator.getState()];
  };
  assert.deepEqual(batchesOf(1), batchesOf(0));
});

test("no more batches are made after a loop that ends early", () => {
  let made = 0;
  const counting: Dataset = { length: 9, get: (index) => [tensor([index]), (made++, 0)] };
  const [first] = new DataLoader(counting, { prefetch: 1 });
  assert.deepEqual(values(first!), [0]);
  currentEngine().waitingWork.run();
  assert.equal(made, 1);
});

test("a dataset that fails does so in the loop, in its turn; one that computes is asked again", () => {
  const failing: Dataset = {
    length: 3,
    get: (index) => {
      if (index === 1) throw new Error("no sample 1");
      return [tensor([index]), 0];
    },
  };
  const loop = (dataset: Dataset): number[] => {
    const seen: number[] = [];
    for (const [input] of new DataLoader(dataset, { prefetch: 1 })) {
      seen.push(input.add(10).item());
    }
    return seen;
  };
  assert.throws(() => loop(failing), /no sample 1/);
  assert.deepEqual(loop({ length: 3, get: (index) => [tensor([tensor([index]).mul(2).item()]), 0] }), [10, 12, 14]);
});

test("samples of a plain dataset are stacked: tensors, images, whole numbers", () => {
  const image = (index: number): Image => ({ data: new Float32Array(2).fill(index), channels: 1, height: 1, width: 2 });
  const dataset: Dataset<readonly Field[], Tensor[]> = {
    length: 3,
    get: (index) => [image(index), tensor([[index, 1]]), tensor(Int32Array.of(index)), index],
  };
  const [batch] = [...new DataLoader(dataset, { batchSize: 3 })];
  assert.deepEqual(
    batch!.map((part) => [part.shape, part.dtype, part.tolist()]),
    [
      [[3, 1, 1, 2], "float32", [[[[0, 0]]], [[[1, 1]]], [[[2, 2]]]]],
      [[3, 1, 2], "float32", [[[0, 1]], [[1, 1]], [[2, 1]]]],
      [[3, 1], "int32", [[0], [1], [2]]],
      [[3], "int32", [0, 1, 2]],
    ],
  );
});

/** Cuts the first image to half its width. */
const unequal: transforms.Transform = (image) =>
  image.data[0] === 0 ? { ...image, data: new Float32Array(8), width: 2 } : transforms.toTensor()(image);
const refusals: readonly [make: () => unknown, message: string][] = [
  [() => loaderOf(4, { batchSize: 0 }), "DataLoader: invalid batchSize; expected an integer of at least 1, got 0."],
  [() => loaderOf(4, { prefetch: 0.5 }), "DataLoader: invalid prefetch; expected an integer of at least 0, got 0.5."],
  [() => loaderOf(4, {}).iterate({ from: 5 }), "DataLoader: invalid from; expected an integer from 0 to 4, got 5."],
  [
    () => loaderOf(4, { shuffle: true, sampler: new RandomSampler(indices(4)) }),
    "DataLoader: sampler and shuffle cannot be used together. Hint: omit shuffle: the sampler decides the order.",
  ],
  [() => loaderOf(0, { shuffle: true }), "RandomSampler: there are no samples; expected one sample or more."],
  [
    () => [...new DataLoader(images(transforms.compose([])))],
    "DataLoader: an image of 1×4×4 bytes cannot be in a batch; expected float32 values. " +
      "Hint: give the dataset a transform that ends with transforms.toTensor() and transforms.normalize().",
  ],
  [
    () => [...new DataLoader(images(unequal), { batchSize: 2 })],
    "DataLoader: samples with different shapes cannot form a batch; expected [1,4,2], got [1,4,4]. " +
      "Hint: make them the same size, for example with transforms.randomCrop.",
  ],
  [
    () => [...new DataLoader({ length: 1, get: () => [tensor([1]), 0.5] })],
    "DataLoader: a number in a sample is not an integer of 32 bits; expected the number of a class, got 0.5. " +
      "Hint: return a tensor for other values.",
  ],
  [
    () => [...new DataLoader({ length: 1, get: () => [2 ** 31] })],
    "DataLoader: a number in a sample is not an integer of 32 bits; expected the number of a class, got 2147483648. " +
      "Hint: return a tensor for other values.",
  ],
  [
    () => [...new DataLoader({ length: 1, get: () => [Float64Array.of(1, 2), 0] as never })],
    "DataLoader: a part of a sample cannot be in a batch; expected an image { data, channels, height, width }, " +
      "got a Float64Array. Hint: return a tensor for any other array, as in tensor(values).",
  ],
  [
    () => [...new DataLoader({ length: 2, get: (i) => [i === 0 ? ones([1], { dtype: "int32" }) : ones([1])] }, 2)],
    "DataLoader: a part of a sample cannot be in a batch; expected int32 tensors only, got a Tensor.",
  ],
  [
    () => [...new DataLoader({ length: 2, get: (i) => (i === 0 ? [1] : [1, 2]) }, 2)],
    "DataLoader: a sample has other fields; expected an array of 1, as the first, got [1,2].",
  ],
  [
    () => [
      ...new DataLoader({ length: 1, get: () => [{ data: new Float32Array(3), channels: 1, height: 2, width: 2 }] }),
    ],
    "DataLoader: an image of 1×2×2 has 3 values; expected 4.",
  ],
];
for (const [make, message] of refusals) {
  test(`refused: ${message}`, () => assert.throws(make, { message }));
}
