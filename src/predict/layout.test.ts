import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { absolute, assertClose } from "../../test/closeness.js";
import { findInk, isLaidOut, measureAppearance } from "../data/appearance.js";
import { MNIST } from "../data/datasets/index.js";
import { centred, fitted, isNegative } from "./layout.js";
import { cropped, inverse, placed, type Picture } from "./picture.js";
import { resized } from "./resize.js";

const seed = Number(process.env["KILOGRAD_SEED"] ?? 1);

function grey(width: number, pixels: readonly number[]): Picture {
  return { width, height: pixels.length / width, channels: 1, pixels: Float32Array.from(pixels) };
}

function assertPixels(actual: Picture, expected: readonly number[]): void {
  assertClose(actual.pixels, expected, absolute(1e-6), "the pixels");
}

test("an image is shrunk as in Pillow", () => {
  // Image.fromarray(arange(16).reshape(4, 4) / 32).resize((2, 2), BILINEAR)
  const ramp = Array.from({ length: 16 }, (_, i) => i / 32);
  assertPixels(resized(grey(4, ramp), 2, 2), [0.1116072, 0.1607143, 0.3080357, 0.3571429]);
});

test("an image is enlarged as in Pillow", () => {
  // Image.fromarray([[0, 0.25], [0.25, 0.5]]).resize((4, 4), BILINEAR), first row
  assertClose(
    resized(grey(2, [0, 0.25, 0.25, 0.5]), 4, 4).pixels.slice(0, 4),
    [0, 0.0625, 0.1875, 0.25],
    absolute(1e-6),
  );
});

test("each axis is scaled for itself, and each channel too", () => {
  const plain: Picture = {
    width: 5,
    height: 3,
    channels: 3,
    pixels: Float32Array.from({ length: 45 }, (_, i) => (i % 3) / 4),
  };
  const { pixels } = resized(plain, 2, 7);
  assert.equal(pixels.length, 42);
  assertClose(pixels.slice(-3), [0, 0.25, 0.5], absolute(1e-6));
});

test("an image of other proportions keeps them, in the middle of its border's colour", () => {
  assertPixels(fitted(grey(1, [0.25, 0.5, 0.25]), 3, 3), [0.25, 0.25, 0.25, 0.25, 0.5, 0.25, 0.25, 0.25, 0.25]);
  const wide = fitted(grey(4, [1, 1, 1, 1, 1, 0, 0, 1]), 4, 6);
  assertPixels(wide, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
});

test("an image of extreme proportions does not fill the memory", () => {
  const line = grey(
    100_000,
    Array.from({ length: 100_000 }, () => 0.5),
  );
  assert.ok(fitted(line, 28, 28).pixels.every((x) => Math.abs(x - 0.5) < 1e-6));
});

const border = (mean: number, least: number, most: number) => ({ border: { mean, least, most }, centred: false });

test("an image is a negative if its border is unlike all of the training's, and the negative's is nearer", () => {
  const plain = (x: number): Picture =>
    grey(
      3,
      Array.from({ length: 9 }, () => x),
    );
  assert.equal(isNegative(plain(0.9), border(0.01, 0, 0.03)), true);
  assert.equal(isNegative(plain(0.3), border(0.01, 0, 0.03)), false);
  assert.equal(isNegative(plain(0.9), border(0.99, 0.97, 1)), false);
  assert.equal(isNegative(plain(0.1), border(0.99, 0.97, 1)), true);
  assert.equal(isNegative(plain(1), border(0.4, 0, 1)), false);
});

test("no image of the training is ever inverted", () => {
  const image = fc.uint8Array({ minLength: 12, maxLength: 12 });
  const property = fc.property(fc.array(image, { minLength: 1, maxLength: 8 }), (images) => {
    const dataset = {
      images: Uint8Array.from(images.flatMap((one) => [...one])),
      length: images.length,
      width: 4,
      height: 3,
    };
    const look = measureAppearance(dataset);
    for (const one of images) {
      // As a file stores it: the same bytes.
      assert.equal(
        isNegative(
          grey(
            4,
            Array.from(one, (byte) => byte / 255),
          ),
          look,
        ),
        false,
      );
    }
  });
  fc.assert(property, { seed });
});

const digits = new MNIST({ train: false });

function digit(i: number): Picture {
  return grey(
    28,
    Array.from(digits.images.subarray(784 * i, 784 * (i + 1)), (byte) => byte / 255),
  );
}

test("MNIST is measured as dark and centred, and its digits stay as they are", () => {
  const { border, centred: isCentred } = measureAppearance(digits);
  assert.equal(isCentred, true);
  assert.equal(border.least, 0);
  assert.ok(border.mean < 0.001 && border.most > 0.02 && border.most < 0.05);
  for (let i = 0; i < 100; i++) assert.equal(centred(digit(i), 28).moved, false);
});

test("negatives of MNIST are measured as light and centred; noise and shifted digits are not centred", () => {
  const length = 100;
  const images = digits.images.subarray(0, 784 * length);
  const negatives = measureAppearance({ images: images.map((x) => 255 - x), length, width: 28, height: 28 });
  assert.equal(negatives.centred, true);
  assert.ok(negatives.border.mean > 0.99);
  const noise = images.map((_, i) => (i * 7919) % 256);
  assert.equal(measureAppearance({ images: noise, length, width: 28, height: 28 }).centred, false);
  const shifted = images.map((_, i) => images[i - 4] ?? 0);
  assert.equal(measureAppearance({ images: shifted, length, width: 28, height: 28 }).centred, false);
});

test("a digit that was scaled and moved anywhere is laid out as it was in MNIST", () => {
  let worst = 0;
  for (let i = 0; i < 40; i++) {
    const original = digit(i);
    const { left, top, width, height } = findInk(original)!.box;
    const part = cropped(original, left, top, width, height);
    const large = resized(part, 5 * width, 5 * height);
    const on = { width: 300, height: 200, colour: [0] };
    const picture = placed(large, { left: (i * 37) % (300 - 5 * width), top: (i * 23) % (200 - 5 * height) }, on);
    for (const [shown, back] of [
      [picture, (x: Picture) => x],
      [inverse(picture), inverse],
    ] as const) {
      const { picture: laidOut, moved } = centred(shown, 28);
      assert.equal(moved, true);
      assert.ok(isLaidOut(findInk(back(laidOut))!, 28));
      const differences = back(laidOut).pixels.map((x, k) => Math.abs(x - original.pixels[k]!));
      worst = Math.max(
        worst,
        differences.reduce((sum, x) => sum + x, 0) / original.pixels.reduce((sum, x) => sum + x, 0),
      );
    }
  }
  // Enlarging and shrinking blurs the edges. A shift by one pixel would make a difference of about 0.7.
  assert.ok(worst < 0.35, `the difference is ${worst} of the ink`);
});

test("paper that is not quite white becomes plain, and pencil becomes black", () => {
  const pixels = Array.from({ length: 1600 }, (_, i) => {
    const [x, y] = [i % 40, Math.floor(i / 40)];
    return x >= 4 && x < 8 && y >= 4 && y < 24 ? 0.4 : 0.85;
  });
  const { picture } = centred(grey(40, pixels), 28);
  assert.equal(Math.max(...picture.pixels), 1);
  assert.ok(Math.min(...picture.pixels) < 1e-6);
  const ink = findInk(picture)!;
  assert.deepEqual(ink.box, { left: 13, top: 5, width: 4, height: 20 });
});

test("a picture that shows nothing is only scaled", () => {
  const { picture, moved } = centred(
    grey(
      40,
      Array.from({ length: 1600 }, () => 0.9),
    ),
    28,
  );
  assert.equal(moved, false);
  assertClose(
    picture.pixels,
    Array.from({ length: 784 }, () => 0.9),
    absolute(1e-6),
  );
});
