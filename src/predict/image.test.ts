import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "fast-png";
import { absolute, assertClose } from "../../test/closeness.js";
import { ArgumentError, DataError } from "../errors/errors.js";
import { readPng, toDigit, toGrey, type GreyImage } from "./image.js";

function assertPixels(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  assertClose(actual, expected, absolute(1e-6), "the pixels");
}

function grey(width: number, pixels: number[]): GreyImage {
  return { width, height: pixels.length / width, pixels: Float32Array.from(pixels) };
}

test("grey images with 8 and 16 bits", () => {
  assertPixels(readPng(encode({ width: 2, height: 1, data: Uint8Array.of(0, 51), channels: 1 }), "x").pixels, [0, 0.2]);
  const deep = { width: 2, height: 1, data: Uint16Array.of(65535, 13107), channels: 1, depth: 16 as const };
  assertPixels(readPng(encode(deep), "x").pixels, [1, 0.2]);
});

test("colours become brightness", () => {
  const data = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255);
  assertPixels(readPng(encode({ width: 3, height: 1, data, channels: 3 }), "x").pixels, [0.299, 0.587, 0.114]);
});

test("transparent pixels are white", () => {
  const rgba = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 255);
  assertPixels(readPng(encode({ width: 2, height: 1, data: rgba, channels: 4 }), "x").pixels, [1, 0]);
  const greyAlpha = Uint8Array.of(0, 51, 255, 0);
  assertPixels(readPng(encode({ width: 2, height: 1, data: greyAlpha, channels: 2 }), "x").pixels, [0.8, 1]);
});

// Written by Pillow: Image.new("1", (9, 2)) with pixels (8, 0) and (0, 1) set; and mode "P" with the palette black,
// white, red and the pixels 1 0 2.
const ONE_BIT = "iVBORw0KGgoAAAANSUhEUgAAAAkAAAACAQAAAACiLct+AAAADklEQVR4nGNgaGBoYAAAAwYBAbkeXAQAAAAASUVORK5CYII=";
const PALETTE =
  "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABAgMAAABmjvwnAAAADFBMVEUAAAD/////AAAAAAAsH9zHAAAACklEQVR4nGPwAAAASgBJoenHlwAAAABJRU5ErkJggg==";

test("pixels smaller than a byte", () => {
  const { width, height, pixels } = readPng(Buffer.from(ONE_BIT, "base64"), "x");
  assert.deepEqual([width, height], [9, 2]);
  assertPixels(pixels, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
});

test("a palette", () => {
  assertPixels(readPng(Buffer.from(PALETTE, "base64"), "x").pixels, [1, 0, 0.299]);
});

test("a file that is not a PNG, or damaged, is an error that names it", () => {
  const whole = encode({ width: 2, height: 1, data: Uint8Array.of(0, 51), channels: 1 });
  const broken = whole.slice();
  broken[20]! ^= 1;
  for (const bytes of [new Uint8Array(0), Buffer.from("no image"), whole.subarray(0, 40), broken]) {
    assert.throws(
      () => readPng(bytes, "five.png"),
      (error: unknown) => error instanceof DataError && /five\.png cannot be read as PNG/.test(error.message),
    );
  }
});

test("a dark-on-bright image is inverted, and a bright-on-dark one is not", () => {
  const dark = [1, 1, 1, 1, 0, 1, 1, 1, 1];
  const turned = toDigit(grey(3, dark), 3);
  assert.equal(turned.inverted, true);
  assertPixels(turned.pixels, [0, 0, 0, 0, 1, 0, 0, 0, 0]);
  const kept = toDigit(turned, 3);
  assert.equal(kept.inverted, false);
  assertPixels(kept.pixels, [...turned.pixels]);
});

test("an image that is not square is centred in a square", () => {
  assertPixels(toDigit(grey(1, [0.1, 0.2, 0.3]), 3).pixels, [0, 0.1, 0, 0, 0.2, 0, 0, 0.3, 0]);
});

test("an image is shrunk as in Pillow", () => {
  // Image.fromarray(arange(16).reshape(4, 4) / 32).resize((2, 2), BILINEAR)
  const ramp = Array.from({ length: 16 }, (_, i) => i / 32);
  assertPixels(toDigit(grey(4, ramp), 2).pixels, [0.1116072, 0.1607143, 0.3080357, 0.3571429]);
});

test("an image is enlarged as in Pillow", () => {
  // Image.fromarray([[0, 0.25], [0.25, 0.5]]).resize((4, 4), BILINEAR), first row
  assertPixels(toDigit(grey(2, [0, 0.25, 0.25, 0.5]), 4).pixels.slice(0, 4), [0, 0.0625, 0.1875, 0.25]);
});

test("a canvas's pixels, rows of numbers and a PNG give the same image", () => {
  const rgba = { width: 2, height: 1, data: Uint8ClampedArray.of(0, 0, 0, 255, 51, 51, 51, 255) };
  const png = encode({ width: 2, height: 1, data: Uint8Array.of(0, 51), channels: 1 });
  for (const source of [rgba, png, [[0, 0.2]], [Float32Array.of(0, 0.2)], grey(2, [0, 0.2])]) {
    const { width, height, pixels } = toGrey(source);
    assert.deepEqual([width, height], [2, 1]);
    assertPixels(pixels, [0, 0.2]);
  }
});

test("images with missing pixels are refused", () => {
  const wrong = [
    { width: 2, height: 2, data: new Uint8Array(15) },
    { width: 2, height: 1, pixels: new Float32Array(1) },
  ];
  for (const source of [...wrong, { width: 0, height: 0, data: [] }]) {
    assert.throws(() => toGrey(source, "five.png"), /predict: five\.png has the wrong size; expected \d+, got \d+ for/);
  }
  for (const rows of [[], [[]], [[1], [1, 2]]]) {
    assert.throws(
      () => toGrey(rows),
      (error: unknown) => error instanceof ArgumentError && /must have rows of equal length/.test(error.message),
    );
  }
});

test("a PNG that claims to be huge is not decoded", () => {
  const bomb = encode({ width: 2, height: 1, data: Uint8Array.of(0, 51), channels: 1 }).slice();
  new DataView(bomb.buffer).setUint32(16, 2 ** 30);
  assert.throws(() => readPng(bomb, "five.png"), /five\.png cannot be read as PNG: 1073741824×1 pixels are too many/);
});
