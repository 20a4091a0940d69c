/** Transforms that write into the image they are given: the dataset stays as it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Generator } from "../random/random.js";
import { tensor } from "../tensor/creation.js";
import { Tensor } from "../tensor/tensor.js";
import type { Dataset } from "./dataset.js";
import { ImageDataset } from "./image-dataset.js";
import type { Image } from "./image.js";
import { Subset } from "./subset.js";
import { TensorDataset } from "./tensor-dataset.js";
import { withTransform } from "./transformed-dataset.js";
import * as transforms from "./transforms/index.js";

const bytes = Uint8Array.from({ length: 3 * 4 * 4 }, (_, i) => i);
const invert = (image: Image): Image => {
  image.data.forEach((value, i) => (image.data[i] = 255 - value));
  return image;
};
const { toTensor, normalize, centerCrop, randomCrop, randomAffine, randomErasing } = transforms;
const pipelines: Readonly<Record<string, transforms.Transform>> = {
  alone: invert,
  first: transforms.compose([invert, toTensor()]),
  last: transforms.compose([toTensor(), invert]),
  "between table entries": transforms.compose([toTensor(), invert, normalize([0.5], [0.5])]),
  "after a crop of the whole": transforms.compose([centerCrop(4), randomCrop(4), invert, toTensor()]),
  "after random transforms that do nothing": transforms.compose([
    randomErasing({ p: 0 }),
    randomAffine({ degrees: 0 }),
    invert,
    toTensor(),
  ]),
  twice: transforms.compose([invert, invert, invert, toTensor()]),
};

const images = (transform?: transforms.Transform): ImageDataset =>
  new ImageDataset(
    { file: "images", shape: [3, 4, 4], data: bytes.slice(), dataOffset: 16 },
    { file: "labels", shape: [3], data: Uint8Array.of(0, 1, 0), dataOffset: 8 },
    ["a", "b"],
    transform,
  );

for (const [name, transform] of Object.entries(pipelines)) {
  test(`a transform that writes into its image, ${name}, does not change the dataset`, () => {
    const dataset = images(transform);
    const generators = (): Generator => new Generator();
    const get = (): unknown => [0, 1, 2].map((i) => [...dataset.get(i)[0].data]);
    const first = get();
    assert.deepEqual(get(), first);
    if (name !== "alone") {
      const batch = (): unknown => dataset.batch([2, 0, 1, 2], generators)[0].tolist();
      const once = batch();
      assert.deepEqual(batch(), once);
      assert.deepEqual(new Subset(dataset, [2, 0, 1, 2]).batch([0, 1, 2, 3], generators)[0].tolist(), once);
      assert.deepEqual((once as number[][][][])[1]!.flat(2), (first as number[][])[0]);
    }
    assert.deepEqual(dataset.images, bytes);
  });
}

test("an image that get() returned may be written to", () => {
  for (const dataset of [images(), images(centerCrop(4)), images(randomErasing({ p: 0 }))]) {
    dataset.get(1)[0].data.fill(7);
    assert.deepEqual(dataset.images, bytes);
  }
});

test("a transform that is added to any dataset may write into what the dataset returns", () => {
  const image: Image = { data: Float32Array.of(1, 2, 3, 4), channels: 1, height: 2, width: 2 };
  const stored = tensor([[[1, 2], [3, 4]]]); // prettier-ignore
  const own = (field: Image | Tensor): Dataset => ({ length: 1, get: () => [field, 0] });
  for (const dataset of [own(image), own(stored), new TensorDataset(stored.unsqueeze(0), tensor(Int32Array.of(0)))]) {
    const changed = withTransform(dataset as Dataset, invert);
    const values = (): number[] => {
      const [field] = changed.get(0);
      return [...(field instanceof Tensor ? field.data() : (field as Image).data)];
    };
    assert.deepEqual(values(), [254, 253, 252, 251]);
    assert.deepEqual(values(), [254, 253, 252, 251]);
  }
  assert.deepEqual([...image.data], [1, 2, 3, 4]);
  assert.deepEqual([...stored.data()], [1, 2, 3, 4]);
});
