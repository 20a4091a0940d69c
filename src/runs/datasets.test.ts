/** Data as a configuration names it: which transforms training images get, and which only. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { idxFile, temporaryFolder, writeFiles } from "../../test/idx-files.js";
import type { AugmentConfig } from "../config/config.js";
import type { Dataset } from "../data/dataset.js";
import type { Image } from "../data/image.js";
import { manualSeed } from "../random/random.js";
import { licenseOf, openData, type OpenedData } from "./datasets.js";

const unchanged: AugmentConfig = { rotation: 0, shift: 0, scale: 0 };

/** Images with a white square of 8×8 pixels in the middle of 28×28 black ones; those for testing may have another size. */
function squares(t: TestContext, testSize = 28): string {
  const images = (count: number, size: number): Uint8Array => {
    const inside = (at: number): boolean => at >= 10 && at < 18;
    const image = Array.from({ length: size * size }, (_, at) =>
      inside(Math.floor(at / size)) && inside(at % size) ? 255 : 0,
    );
    return idxFile([count, size, size], Array.from({ length: count }, () => image).flat());
  };
  const labels = (count: number): Uint8Array =>
    idxFile(
      [count],
      Array.from({ length: count }, (_, i) => i % 10),
    );
  return writeFiles(temporaryFolder(t), {
    "train-images-idx3-ubyte": images(40, 28),
    "train-labels-idx1-ubyte": labels(40),
    "t10k-images-idx3-ubyte": images(2, testSize),
    "t10k-labels-idx1-ubyte": labels(2),
  });
}

/** Of each image the number of its white pixels, and their mean place from the left. */
function measured(images: Dataset<unknown>, { mean, std }: OpenedData["info"]): { area: number; column: number }[] {
  return Array.from({ length: images.length }, (_, index) => {
    const [{ data }] = images.get(index) as [Image, number];
    const white = Array.from(data, (x) => x * std + mean);
    const area = white.reduce((sum, x) => sum + x, 0);
    return { area, column: white.reduce((sum, x, at) => sum + x * (at % 28), 0) / area };
  });
}

test("files in a folder are normalised like MNIST, and have its classes", (t) => {
  const { train, test: tests, info, hashes } = openData(squares(t), unchanged);
  assert.deepEqual([info.size, info.mean, info.std], [[1, 28, 28], 0.1307, 0.3081]);
  assert.deepEqual([info.classes.length, info.classes[7]], [10, "7 - seven"]);
  assert.deepEqual([train.length, tests.length], [40, 2]);
  assert.equal(Object.keys(hashes).length, 4);
  for (const { area, column } of [...measured(train, info), ...measured(tests, info)]) {
    assert.ok(Math.abs(area - 64) < 1e-3 && Math.abs(column - 13.5) < 1e-3, `${area} at ${column}`);
  }
});

test("scale makes training images larger and smaller, and leaves test images alone", (t) => {
  manualSeed(1);
  const { train, test: tests, info } = openData(squares(t), { ...unchanged, scale: 0.5 });
  const areas = measured(train, info).map(({ area }) => area);
  // Half to one and a half times as long and wide.
  assert.ok(Math.min(...areas) > 64 * 0.24 && Math.min(...areas) < 64 * 0.5, String(areas));
  assert.ok(Math.max(...areas) < 64 * 2.26 && Math.max(...areas) > 64 * 1.75, String(areas));
  assert.ok(measured(tests, info).every(({ area }) => Math.abs(area - 64) < 1e-3));
});

test("shift moves training images to both sides, and keeps their size", (t) => {
  manualSeed(1);
  const { train, info } = openData(squares(t), { ...unchanged, shift: 0.25 });
  const found = measured(train, info);
  assert.ok(found.every(({ area }) => Math.abs(area - 64) < 0.1));
  const columns = found.map(({ column }) => column);
  // A quarter of 28 pixels.
  assert.ok(Math.min(...columns) >= 13.5 - 7 && Math.min(...columns) < 13.5 - 5, String(columns));
  assert.ok(Math.max(...columns) <= 13.5 + 7 && Math.max(...columns) > 13.5 + 5, String(columns));
});

test("training and test images of different sizes are refused", (t) => {
  assert.throws(() => openData(squares(t, 32), unchanged), {
    name: "DataError",
    message:
      "data: the training and test images differ in size; expected 28×28, got 32×32." +
      " Hint: use training and test files of the same dataset.",
  });
});

test("known datasets have a licence; a folder of files has none", () => {
  assert.equal(licenseOf("fashion-mnist"), "MIT, copyright Zalando SE");
  assert.equal(licenseOf("data"), undefined);
});
