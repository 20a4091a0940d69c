import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertClose } from "../../../test/closeness.js";
import { jsonFixture } from "../../../test/fixtures.js";
import { defaultGenerator, Generator, manualSeed, uniformNumber } from "../../random/random.js";
import type { Image } from "../image.js";
import * as transforms from "./index.js";

interface Case {
  readonly transform: string;
  readonly kind: "bytes" | "floats";
  readonly options: Record<string, unknown>;
  readonly seed: number;
  readonly values: readonly number[];
  /** What a draw gives after the transform. */
  readonly after: number;
}
interface Fixtures {
  readonly height: number;
  readonly width: number;
  readonly bytes: readonly number[];
  readonly cases: readonly Case[];
  readonly normalized: readonly { mean: number; std: number; values: readonly number[] }[];
}
const fixtures = jsonFixture<Fixtures>("data/transforms.json");
const { height, width } = fixtures;
const bytes: Image = { data: Uint8Array.from(fixtures.bytes), channels: 2, height, width };
const floats = transforms.toTensor()(bytes);

const makers: Record<string, (options: never) => transforms.Transform> = {
  randomRotation: ({ degrees, ...rest }: { degrees: number }) => transforms.randomRotation(degrees, rest),
  randomAffine: transforms.randomAffine,
  randomCrop: ({ size, ...rest }: { size: number }) => transforms.randomCrop(size, rest),
  randomErasing: transforms.randomErasing,
};

for (const { transform, kind, options, seed, values, after } of fixtures.cases) {
  test(`${transform} of ${kind} with ${JSON.stringify(options)}, seed ${seed}: torchvision's values and draws`, () => {
    const image = kind === "bytes" ? bytes : floats;
    const before = image.data.slice();
    const generator = new Generator(seed);
    const result = makers[transform]!(options as never)(image, generator);
    assert.equal(result.data.constructor, image.data.constructor);
    // PyTorch reckons places in float32: a byte may fall to the other side of a half.
    const most = kind === "bytes" && options["interpolation"] === "bilinear" ? 1 : 2e-5;
    assertClose(result.data, values, absolute(most));
    assert.equal(uniformNumber(0, 1, generator), after);
    assert.deepEqual(image.data, before);
  });
}

test("without a generator the default one is drawn from", () => {
  const transform = transforms.randomAffine({ degrees: 30, translate: [0.2, 0.2], interpolation: "bilinear" });
  manualSeed(5);
  const result = transform(bytes);
  assert.deepEqual(transform(bytes, new Generator(5)), result);
  assert.notDeepEqual(transform(bytes, defaultGenerator), result);
});

test("a fill value comes from outside the image, blended at the border", () => {
  const image: Image = { data: new Float32Array([1, 1, 1]), channels: 1, height: 1, width: 3 };
  const shrunk = (scale: number, interpolation: "nearest" | "bilinear"): number[] =>
    Array.from(transforms.randomAffine({ degrees: 0, scale: [scale, scale], fill: 9, interpolation })(image).data);
  assert.deepEqual(shrunk(1 / 2, "nearest"), [9, 1, 9]);
  // The outer pixels read half-way between the image's last pixel and the outside.
  assert.deepEqual(
    shrunk(2 / 3, "bilinear").map((value) => Math.round(value * 1000) / 1000),
    [5, 1, 5],
  );
});

test("toTensor and normalize give PyTorch's bits for all bytes and each channel", () => {
  for (const { mean, std, values } of fixtures.normalized) {
    const all: Image = { data: Uint8Array.from({ length: 512 }, (_, i) => i), channels: 2, height: 16, width: 16 };
    const both = transforms.compose([transforms.toTensor(), transforms.normalize([mean, 0], [std, 1])]);
    const { data } = both(all);
    assert.deepEqual(Array.from(data.subarray(0, 256)), values);
    assert.deepEqual(data.subarray(256), transforms.toTensor()(all).data.subarray(256));
    const shared = transforms.normalize([mean], [std])(transforms.toTensor()(all));
    assert.deepEqual(Array.from(shared.data), [...values, ...values]);
  }
});

test("compose runs from left to right, and flattens", () => {
  const add =
    (n: number): transforms.Transform =>
    (image) => ({ ...image, data: image.data.map((value) => value * 2 + n) });
  const image: Image = { data: new Float32Array([1]), channels: 1, height: 1, width: 1 };
  const inner = transforms.compose([add(1), add(10)]);
  const outer = transforms.compose([inner, add(0)]);
  assert.deepEqual(Array.from(outer(image).data), [32]);
  assert.equal(outer.parts?.length, 3);
  assert.equal(transforms.compose([])(image), image);
});

/** An image whose values are their own positions. */
function numbered(rows: number, columns: number): Image {
  const data = Uint8Array.from({ length: 2 * rows * columns }, (_, i) => i);
  return { data, channels: 2, height: rows, width: columns };
}

test("centerCrop takes the middle of each channel, of a copy", () => {
  const image = numbered(4, 5);
  const part = transforms.centerCrop([2, 3])(image);
  // Rows 1 and 2 of four, columns 1 to 3 of five; the second channel begins with 20.
  assert.deepEqual(part, {
    data: Uint8Array.of(6, 7, 8, 11, 12, 13, 26, 27, 28, 31, 32, 33),
    channels: 2,
    height: 2,
    width: 3,
  });
  const whole = transforms.centerCrop([4, 5])(image);
  assert.deepEqual(whole, image);
  assert.notEqual(whole.data, image.data);
  assert.deepEqual(image, numbered(4, 5));
});

test("centerCrop halves odd rests as Python's round does, to an even number", () => {
  // torchvision: int(round((height - size) / 2.0)).
  const starts = [0, 1, 2, 3, 4, 5, 6, 7].map((rest) => {
    const part = transforms.centerCrop([1, 1])(numbered(1, rest + 1));
    return part.data[0];
  });
  assert.deepEqual(starts, [0, 0, 1, 2, 2, 2, 3, 4]);
  const down = [0, 1, 2, 3, 4, 5, 6, 7].map((rest) => transforms.centerCrop(1)(numbered(rest + 1, 1)).data[0]);
  assert.deepEqual(down, starts);
});

const refusals: readonly [make: () => unknown, message: string][] = [
  [
    () => transforms.normalize([0.1, 0.2], [1]),
    "normalize: mean and std do not match; expected one mean and one nonzero std per channel, " +
      "got mean [0.1, 0.2] and std [1].",
  ],
  [
    () => transforms.normalize([0.1], [0]),
    "normalize: mean and std do not match; expected one mean and one nonzero std per channel, " +
      "got mean [0.1] and std [0].",
  ],
  [
    () => transforms.normalize([0], [1])(bytes),
    "normalize: the image holds bytes; expected float32 values. Hint: put transforms.toTensor() before it.",
  ],
  [
    () => transforms.normalize([0, 0, 0], [1, 1, 1])(floats),
    "normalize: 3 means for an image with 2 channels; expected one for each channel, or one for all.",
  ],
  [
    () => transforms.randomRotation(-1),
    "randomRotation: invalid degrees; expected a number from 0 up, or an ascending pair, got -1.",
  ],
  [
    () => transforms.randomRotation(1, { interpolation: "cubic" as "nearest" }),
    'randomRotation: invalid interpolation; expected "nearest" or "bilinear", got "cubic".',
  ],
  [
    () => transforms.randomAffine({ degrees: [3, 1] }),
    "randomAffine: invalid degrees; expected a number from 0 up, or an ascending pair, got [3,1].",
  ],
  [
    () => transforms.randomAffine({ degrees: 0, translate: [0, 2] }),
    "randomAffine: invalid translate; expected two numbers from 0 to 1, got [0,2].",
  ],
  [
    () => transforms.randomAffine({ degrees: 0, scale: [0, 1] }),
    "randomAffine: invalid scale; expected an ascending pair above 0, got [0,1].",
  ],
  [
    () => transforms.randomAffine({ degrees: 0, shear: [0, 1, 3, 2] }),
    "randomAffine: invalid shear; expected a number from 0 up, or an ascending pair, got [3,2].",
  ],
  [
    () => transforms.randomCrop(0),
    "randomCrop: invalid size; expected an integer of at least 1, or two of them: [height, width], got 0.",
  ],
  [
    () => transforms.centerCrop([2, 1.5]),
    "centerCrop: invalid size; expected an integer of at least 1, or two of them: [height, width], got [2,1.5].",
  ],
  [
    () => transforms.centerCrop([7, 10])(bytes),
    "centerCrop: an image of 2×7×9 has no part of 7×10. Hint: crop to a smaller size.",
  ],
  [
    () => transforms.randomCrop(2, { padding: [1, -1] }),
    "randomCrop: invalid padding; expected an integer of at least 0, or two or four of them, got [1,-1].",
  ],
  [
    () => transforms.randomCrop(10, { padding: 1 })(bytes),
    "randomCrop: an image of 2×7×9 has no part of 10×10, got padding 1. Hint: crop to a smaller size or pad more.",
  ],
  [() => transforms.randomErasing({ p: 2 }), "randomErasing: invalid p; expected a number from 0 to 1, got 2."],
  [
    () => transforms.randomErasing({ scale: [0.5, 2] }),
    "randomErasing: invalid scale; expected an ascending pair in [0, 1], got [0.5,2].",
  ],
  [
    () => transforms.randomErasing({ ratio: [0, 1] }),
    "randomErasing: invalid ratio; expected an ascending pair above 0, got [0,1].",
  ],
  [
    () => transforms.randomErasing({ value: [1, 2, 3] })(floats),
    "randomErasing: invalid value; expected a number, or one for each of 2 channels, got [1,2,3].",
  ],
];
for (const [make, message] of refusals) {
  test(`refused: ${message}`, () => assert.throws(make, { name: "ArgumentError", message }));
}

test("bytes are erased with bytes only", () => {
  const image: Image = { data: new Uint8Array(16).fill(7), channels: 1, height: 4, width: 4 };
  for (const value of [0.5, 300, -1, "random", [0.5]] as const) {
    assert.throws(() => transforms.randomErasing({ p: 0, value })(image), {
      message:
        /^randomErasing: the image holds bytes, .*; expected integers from 0 to 255, got .*Hint: put transforms\.toTensor\(\)/,
    });
  }
  const { data } = transforms.randomErasing({ p: 1, value: 255, scale: [0.2, 0.3] })(image, new Generator(1));
  assert.deepEqual(new Set(data), new Set([7, 255]));
});
