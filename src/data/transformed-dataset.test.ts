import assert from "node:assert/strict";
import { test } from "node:test";
import { Generator } from "../random/random.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Dataset } from "./dataset.js";
import { ImageDataset } from "./image-dataset.js";
import { Subset } from "./subset.js";
import { withTransform } from "./transformed-dataset.js";
import * as transforms from "./transforms/index.js";

/** Two images of 1×3, 0 to 2 and 10 to 12. */
class Rows extends ImageDataset {
  constructor() {
    const images = { file: "images", shape: [2, 1, 3], data: Uint8Array.of(0, 1, 2, 10, 11, 12), dataOffset: 16 };
    super(images, { file: "labels", shape: [2], data: Uint8Array.of(1, 0), dataOffset: 8 }, ["a", "b"], doubled);
  }
}
const doubled: transforms.Transform = (image) => ({ ...image, data: Float32Array.from(image.data, (x) => 2 * x) });
const middle = transforms.centerCrop([1, 1]);

test("the new transform follows the dataset's own, for images and batches; the old dataset stays as it is", () => {
  const rows = new Rows();
  const changed = withTransform(rows, middle);
  assert.ok(changed instanceof Rows);
  assert.equal(changed.images, rows.images);
  assert.deepEqual(Array.from(changed.get(1)[0].data), [22]);
  const unused = () => new Generator(1);
  assert.deepEqual(changed.batch([1, 0], unused)[0].tolist(), [[[[22]]], [[[2]]]]);
  assert.deepEqual(Array.from(rows.get(1)[0].data), [20, 22, 24]);
  assert.deepEqual(rows.batch([0], unused)[0].shape, [1, 1, 1, 3]);
});

test("a Subset transforms the images of what it is a part of", () => {
  const changed = withTransform(new Subset(new Rows(), [1]), middle);
  assert.equal(changed.length, 1);
  assert.deepEqual(changed.batch!([0], () => new Generator(1))[0].tolist(), [[[[22]]]]);
});

test("other datasets have tensors or images transformed, with the sample's generator, and keep what else they hold", () => {
  const image = { data: Float32Array.of(1, 2, 3), channels: 1, height: 1, width: 3 };
  const data: Dataset = { length: 2, get: (index) => [index === 0 ? image : tensor([[[4, 5, 6]]]), tensor(7), 8] };
  const seen: unknown[] = [];
  const watched: transforms.Transform = (each, generator) => (seen.push(generator), middle(each, generator));
  const changed = withTransform(data, watched);
  const generator = new Generator(3);
  const [first, seven, eight] = changed.get(0, generator) as readonly [typeof image, Tensor, number];
  assert.deepEqual([Array.from(first.data), seven.item(), eight], [[2], 7, 8]);
  const [second] = changed.get(1, generator) as readonly [Tensor];
  assert.deepEqual([second.shape, second.tolist()], [[1, 1, 1], [[[5]]]]);
  assert.deepEqual(seen, [generator, generator]);
});
