import assert from "node:assert/strict";
import { test } from "node:test";
import { Generator } from "../random/random.js";
import type { SampleGenerators } from "./dataset.js";
import { ImageTransform } from "./image-batch.js";
import type { Image } from "./image.js";
import * as transforms from "./transforms/index.js";

/** Images [2, 5, 6] of bytes; no two alike. */
function picture(place: number): Image {
  const data = Uint8Array.from({ length: 60 }, (_, i) => (i * 41 + place * 7) % 256);
  return { data, channels: 2, height: 5, width: 6 };
}
const unused: SampleGenerators = () => assert.fail("nothing random was asked for");
const seeded: SampleGenerators = (place) => new Generator(100 + place);

const pixelwise = transforms.compose([transforms.toTensor(), transforms.normalize([0.1, 0.5], [0.3, 0.2])]);
const interrupted = [transforms.toTensor(), transforms.centerCrop(2), transforms.normalize([0.1, 0.5], [0.3, 0.2])];
const negate: transforms.Transform = (image) => ({ ...image, data: image.data.map((byte) => 255 - byte) });
const cases: readonly [what: string, transform: transforms.Transform, generators: SampleGenerators][] = [
  ["a table alone, with values of its own for each channel", pixelwise, unused],
  ["one pixelwise transform that is no composition", transforms.toTensor(), unused],
  ["moves before the table", transforms.compose([transforms.randomRotation(30), pixelwise]), seeded],
  ["a function of the user's before the table", transforms.compose([negate, pixelwise]), seeded],
  ["moves of float32 values", transforms.compose([pixelwise, transforms.randomRotation(30)]), seeded],
  ["a crop after the table", transforms.compose([pixelwise, transforms.centerCrop([2, 3])]), seeded],
  [
    "moves, a crop in the middle of pixelwise transforms",
    transforms.compose([transforms.randomRotation(30), ...interrupted]),
    seeded,
  ],
  [
    "pixelwise transforms on both sides of a move",
    transforms.compose([transforms.toTensor(), transforms.randomCrop(4), transforms.normalize([0.1, 0.5], [0.3, 0.2])]),
    seeded,
  ],
];

for (const [what, transform, generators] of cases) {
  test(`a batch has the bits of its images one by one: ${what}`, () => {
    const alone = [0, 1, 2].map((place) => transform(picture(place), new Generator(100 + place)));
    const batch = new ImageTransform(transform).batch(3, picture, generators);
    assert.deepEqual(batch.shape, [3, 2, alone[0]!.height, alone[0]!.width]);
    assert.deepEqual(batch.data(), Float32Array.from(alone.flatMap(({ data }) => Array.from(data))));
  });
}

test("no image that a user's transform has seen is overwritten by the next one", () => {
  const seen: Image[] = [];
  const keep: transforms.Transform = (image) => (seen.push(image), image);
  const moved = transforms.randomRotation(30);
  const chain = transforms.compose([moved, keep, transforms.randomRotation(30), transforms.toTensor()]);
  new ImageTransform(chain).batch(3, picture, seeded);
  const wanted = [0, 1, 2].map((place) => moved(picture(place), new Generator(100 + place)));
  assert.deepEqual(seen, wanted);
});

test("images that a transform gives unchanged are not overwritten by the next one", () => {
  const pictures = [0, 1, 2].map(picture);
  const erase = transforms.randomErasing({ p: 0.5 });
  const before = structuredClone(pictures);
  new ImageTransform(transforms.compose([erase, transforms.toTensor()])).batch(3, (place) => pictures[place]!, seeded);
  assert.deepEqual(pictures, before);
});

test("batches of images with other numbers of channels each have their own table", () => {
  const transform = new ImageTransform(transforms.toTensor());
  const grey: Image = { data: Uint8Array.of(0, 255), channels: 1, height: 1, width: 2 };
  for (const [image, size] of [
    [grey, 2],
    [picture(0), 60],
    [grey, 2],
  ] as const) {
    const batch = transform.batch(1, () => image, unused);
    assert.equal(batch.numel(), size);
    assert.deepEqual(batch.data(), transforms.toTensor()(image).data);
  }
});
