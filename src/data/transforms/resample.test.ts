import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertClose } from "../../../test/closeness.js";
import { Generator, randomInteger, uniformNumber } from "../../random/random.js";
import { roundHalfEven } from "../../text/rounding.js";
import type { Image } from "../image.js";
import { fromCorner, inverseMatrix, type InverseMatrix } from "./affine-map.js";
import type { Interpolation } from "./options.js";
import { moveImage } from "./resample.js";

/** Computes pixel by pixel with grid_sample's formula. */
function naive(image: Image, matrix: InverseMatrix, interpolation: Interpolation, fill: number): number[] {
  const { data, channels, height, width } = image;
  const [a, b, c, d, e, f] = fromCorner(matrix, height, width);
  const outside = data instanceof Uint8Array ? Math.min(255, Math.max(0, fill)) : Math.fround(fill);
  const store = data instanceof Uint8Array ? roundHalfEven : Math.fround;
  const values: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const read = (x: number, y: number): number =>
      x < 0 || y < 0 || x >= width || y >= height ? outside : data[(channel * height + y) * width + x]!;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const [x, y] = [a * column + b * row + c, d * column + e * row + f];
        if (interpolation === "nearest") {
          values.push(store(read(roundHalfEven(x), roundHalfEven(y))));
          continue;
        }
        const [left, top] = [Math.floor(x), Math.floor(y)];
        const [right, lower] = [x - left, y - top];
        values.push(
          store(
            (1 - lower) * ((1 - right) * read(left, top) + right * read(left + 1, top)) +
              lower * ((1 - right) * read(left, top + 1) + right * read(left + 1, top + 1)),
          ),
        );
      }
    }
  }
  return values;
}

/** Two channels, mostly `fill`: each with a few other values, in some of the images none at all. */
function sparse(generator: Generator, floats: boolean, fill: number): Image {
  const [height, width] = [randomInteger(1, 9, generator), randomInteger(1, 9, generator)];
  const values = new Array<number>(2 * height * width).fill(fill);
  for (let i = randomInteger(0, 6, generator); i > 0; i--) {
    values[randomInteger(0, values.length, generator)] = randomInteger(0, 256, generator);
  }
  return { data: floats ? Float32Array.from(values) : Uint8Array.from(values), channels: 2, height, width };
}

for (const interpolation of ["nearest", "bilinear"] as const) {
  for (const floats of [false, true]) {
    test(`${interpolation}, ${floats ? "floats" : "bytes"}: what is read and what is left out is as pixel by pixel`, () => {
      const generator = new Generator(4);
      const between = (low: number, high: number): number => uniformNumber(low, high, generator);
      for (let i = 0; i < 500; i++) {
        const fill = [0, 7, 30.5][i % 3]!;
        const image = sparse(generator, floats, fill);
        const matrix = inverseMatrix({
          // Quarters of a turn make slopes that are 0 or nearly so.
          angle: i % 4 === 0 ? 90 * randomInteger(0, 4, generator) : between(-180, 180),
          translate: [randomInteger(-9, 10, generator), randomInteger(-9, 10, generator)],
          scale: i % 5 === 0 ? 1 : Math.exp(between(-3, 3)),
          shear: i % 2 === 0 ? [0, 0] : [between(-60, 60), between(-60, 60)],
        });
        const { data } = moveImage(image, matrix, { interpolation, fill, spare: undefined });
        const wanted = naive(image, matrix, interpolation, fill);
        // Formulas that round in another order may fall to the two sides of a half.
        const most = interpolation === "nearest" ? 0 : floats ? 1e-4 : 1;
        assertClose(data, wanted, absolute(most), `image ${i}`);
      }
    });
  }
}

test("bytes take the nearest possible fill value, and halves go to the even one", () => {
  const image: Image = { data: Uint8Array.of(4, 7, 8, 8), channels: 1, height: 1, width: 4 };
  const half: InverseMatrix = [1, 0, 0.5, 0, 1, 0];
  const moved = (fill: number): number[] =>
    Array.from(moveImage(image, half, { interpolation: "bilinear", fill, spare: undefined }).data);
  assert.deepEqual(moved(0), [6, 8, 8, 4]);
  assert.deepEqual(moved(-100), [6, 8, 8, 4]);
  assert.deepEqual(moved(1000), [6, 8, 8, 132]);
});

test("a spare image is overwritten where it fits, and left alone where not", () => {
  const image: Image = { data: Uint8Array.of(1, 2, 3, 4), channels: 1, height: 2, width: 2 };
  const turned = inverseMatrix({ angle: 180, translate: [0, 0], scale: 1, shear: [0, 0] });
  const into = (spare: Image): Image => moveImage(image, turned, { interpolation: "nearest", fill: 0, spare });
  const fitting: Image = { data: new Uint8Array(4).fill(99), channels: 1, height: 2, width: 2 };
  assert.equal(into(fitting), fitting);
  assert.deepEqual(Array.from(fitting.data), [4, 3, 2, 1]);
  for (const other of [
    { data: new Uint8Array(4), channels: 1, height: 1, width: 4 },
    { data: new Uint8Array(4), channels: 2, height: 2, width: 1 },
    { data: new Float32Array(4), channels: 1, height: 2, width: 2 },
  ]) {
    const result = into(other);
    assert.deepEqual(Array.from(result.data), [4, 3, 2, 1]);
    assert.ok(other.data.every((value) => value === 0));
  }
});
