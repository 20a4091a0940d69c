import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { encode } from "fast-png";
import { absolute, assertClose } from "../../test/closeness.js";
import { tensor, zeros } from "../tensor/creation.js";
import { withChannels } from "./picture.js";
import { readSource } from "./source.js";

/** The brightness of an image. */
function grey(source: unknown): { width: number; height: number; pixels: Float32Array } {
  return withChannels(readSource(source, "the image").picture, 1);
}

const bytes = (png: Uint8Array): ArrayBuffer => Uint8Array.from(png).buffer;
const rgba = Uint8ClampedArray.of(0, 0, 0, 255, 51, 51, 51, 255);
const png = encode({ width: 2, height: 1, data: Uint8Array.of(0, 51), channels: 1 });
const size = { width: 2, height: 1 };
const canvas = { ...size, getContext: () => ({ getImageData: () => ({ ...size, data: rgba }) }) };

/** The same two pixels, 0 and 0.2, in every form; and whether it is an array rather than a picture. */
const forms: Readonly<Record<string, readonly [source: unknown, isArray: boolean]>> = {
  "a PNG's bytes": [png, false],
  "a Buffer": [Buffer.from(png), false],
  "bytes within a larger buffer": [Uint8Array.of(9, ...png, 9).subarray(1, -1), false],
  "a Uint8ClampedArray with a file": [Uint8ClampedArray.from(png), false],
  "an ArrayBuffer": [bytes(png), false],
  "a DataView": [new DataView(bytes(png)), false],
  "bytes of another realm": [vm.runInNewContext(`Uint8Array.of(${png.join()})`), false],
  "a canvas's ImageData": [{ ...size, data: rgba }, false],
  "ImageData of floating-point numbers": [{ ...size, data: Float32Array.from(rgba, (x) => x / 255) }, false],
  "bytes of brightness": [{ ...size, data: Uint8Array.of(0, 51) }, false],
  "plain numbers of a canvas": [{ ...size, data: [...rgba] }, false],
  "a canvas": [canvas, false],
  "rows of numbers": [[[0, 0.2]], true],
  "rows that are typed arrays": [[Float32Array.of(0, 0.2)], true],
  "rows of another realm": [vm.runInNewContext("[Float64Array.of(0, 0.2)]"), true],
  "brightness with a size": [{ ...size, pixels: Float32Array.of(0, 0.2) }, true],
  "an image of a dataset": [{ ...size, channels: 1, data: Float32Array.of(0, 0.2) }, true],
  "a tensor [H,W]": [tensor([[0, 0.2]]), true],
  "a tensor [1,H,W]": [tensor([[[0, 0.2]]]), true],
  "a batch of one image": [tensor([[[[0, 0.2]]]]), true],
};

for (const [name, [source, isArray]] of Object.entries(forms)) {
  test(`${name} can be read`, () => {
    const { width, height, pixels } = grey(source);
    assert.deepEqual([width, height], [2, 1]);
    assertClose(pixels, [0, 0.2], absolute(1e-6), "the pixels");
    assert.equal(readSource(source, "the image").isArray, isArray);
  });
}

test("what 0 and 1 mean is known of brightness with a size, of floating point, and of black", () => {
  for (const [source, pixels] of [
    [{ ...size, pixels: [0, 1] }, [0, 1]],
    [{ ...size, pixels: Uint8Array.of(0, 1) }, [0, 1]],
    [{ ...size, data: Float32Array.of(0, 1) }, [0, 1]],
    [{ ...size, data: Uint8Array.of(0, 0) }, [0, 0]],
    [{ ...size, data: [0, 0] }, [0, 0]],
    [{ ...size, data: [1, 2] }, [1 / 255, 2 / 255]],
  ] as const) {
    assertClose(grey(source).pixels, pixels, absolute(1e-7), JSON.stringify(source));
  }
});

test("a tensor of colours has its channels first", () => {
  const { channels, pixels } = readSource(tensor([[[1, 0]], [[0, 0.5]], [[0, 1]]]), "the image").picture;
  assert.equal(channels, 3);
  assert.deepEqual([...pixels], [1, 0, 0, 0, 0.5, 1]);
});

test("colours become brightness with the weights of ITU-R BT.601, after transparency", () => {
  const data = [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 0, 0, 0, 51];
  assertClose(grey({ width: 4, height: 1, data }).pixels, [0.299, 0.587, 0.114, 0.8], absolute(1e-6));
});

const promise = Promise.resolve(png);
/** What is no image, and what its error says. */
const mistakes: Readonly<Record<string, readonly [source: unknown, message: RegExp]>> = {
  nothing: [undefined, /got undefined/],
  null: [null, /expected the bytes of a PNG or JPEG file, .*got null/],
  "a path": ["five.png", /Hint: read the file: predict\(readFileSync\(path\)\)/],
  "an address": ["https://example.org/five.png", /Hint: load it: .*fetch\(address\)\)\.arrayBuffer/],
  "a URL": [new URL("file:///five.png"), /got a URL\. Hint: load it/],
  "a Blob": [
    new Blob([Uint8Array.from(png)]),
    /got a Blob\. Hint: take its bytes: predict\(await image\.arrayBuffer\(\)\)/,
  ],
  "a response": [new Response(Uint8Array.from(png)), /got a Response\. Hint: take its bytes/],
  "a promise": [promise, /got a Promise\. Hint: await it first/],
  "a flat Float32Array": [new Float32Array(4), /Hint: say its size: predict\(\{ width: 28/],
  "a flat array": [[0, 1, 0, 1], /one row of 4 numbers.*Hint: say its size/],
  "a flat Uint16Array": [new Uint16Array(4), /got a Uint16Array.*say its size/],
  "raw bytes": [
    new Uint8Array(4),
    /first bytes are 00 00 00 00; .*Hint: .*pixels are passed as \{ width, height, data \}/,
  ],
  "an object": [{ image: 1 }, /Hint: pixels need a width, a height/],
  "no rows": [[], /rows of equal length/],
  "empty rows": [[[]], /rows of equal length/],
  "rows of different length": [[[1], [1, 0]], /rows of equal length/],
  "rows of colours": [[[[0, 0, 0]]], /rows of rows.*predict\(tensor\(rows\)\)/],
  "rows of bytes": [
    [[0, 255]],
    /out of range at 1; expected brightness from 0 to 1, got 255\. Hint: divide bytes by 255/,
  ],
  "a normalised tensor": [tensor([[-0.4242, 2.8215]]), /got -0\.424.*before they are normalised/],
  "NaN in a row": [[[0, NaN]], /at 1; expected brightness from 0 to 1, got NaN/],
  "words in a row": [[["a"]], /expected brightness from 0 to 1, got "a"/],
  "a batch": [zeros([2, 1, 4, 4]), /a tensor \[2,1,4,4\]; expected one image.*Hint: pass one image of the batch/],
  "too many channels": [zeros([4, 2, 2]), /a tensor \[4,2,2\]; expected one image/],
  "an empty tensor": [zeros([0, 4]), /a tensor \[0,4\]/],
  "a vector": [zeros([784]), /a tensor \[784\]; .*Hint: reshape it/],
  "missing bytes": [
    { width: 2, height: 2, data: new Uint8Array(15) },
    /wrong size; expected 16 numbers.* or 4 .*got 15 for 2×2/,
  ],
  "RGB without alpha": [
    { width: 2, height: 2, data: new Uint8Array(12) },
    /expected 16 numbers \(red, green, blue and alpha/,
  ],
  "missing pixels": [{ width: 2, height: 1, pixels: new Float32Array(1) }, /wrong size; .*got 1 for 2×1/],
  "no size": [{ width: 0, height: 0, data: [] }, /wrong size; expected a width and a height of at least 1.*got 0×0/],
  "a broken size": [{ width: 1.5, height: 2, data: [1, 2, 3] }, /got 1\.5×2/],
  "parts of bytes": [
    { ...size, data: [0.5, 0.1] },
    /integers from 0 to 255, got 0\.5\. Hint: pass numbers from 0 to 1 as \{ width, height, pixels \}/,
  ],
  "0 and 1 in a plain array": [
    { ...size, data: [0, 1] },
    /no numbers but 0 and 1.*Hint: pass brightness from 0 to 1 as/,
  ],
  "0 and 1 as bytes": [{ ...size, data: Uint8Array.of(0, 1) }, /no numbers but 0 and 1/],
  "0 and 1 in colours": [{ ...size, data: [1, 0, 0, 1, 1, 1, 1, 1] }, /no numbers but 0 and 1/],
  "a truth value": [{ ...size, data: [true, false] }, /out of range at 0|no numbers but 0 and 1/],
  "samples of 16 bits": [{ ...size, data: Uint16Array.of(0, 65535) }, /integers from 0 to 255, got 65535/],
  "pixels that are none": [{ ...size, pixels: "abc" }, /no numbers; expected an array, got "abc"/],
  "a canvas for 3D": [{ ...size, getContext: () => null }, /a canvas without a 2d context/],
};

for (const [name, [source, message]] of Object.entries(mistakes)) {
  test(`${name} is refused with what to give instead`, () => {
    assert.throws(
      () => readSource(source, "the image"),
      (error: unknown) =>
        error instanceof Error && message.test(error.message) && /predict: the image/.test(error.message),
      String(message),
    );
  });
}
