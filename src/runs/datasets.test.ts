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

test("files in a folder are normalised like MNIST, and their classes are numbered", (t) => {
  const { train, test: tests, info, hashes } = openData(squares(t), unchanged);
  assert.deepEqual([info.size, info.mean, info.std], [[1, 28, 28], 0.1307, 0.3081]);
  assert.deepEqual([info.classes.length, info.classes[7]], [10, "7"]);
  assert.deepEqual([train.length, tests.length], [40, 2]);
  assert.equal(Object.keys(hashes).length, 4);
  for (const { area, column } of [...measured(train, info), ...measured(tests, info)]) {
    assert.ok(Math.abs(area - 64) < 1e-3 && Math.abs(column - 13.5) < 1e-3, `${area} at ${column}`);
  }
});

/** One image for each label, whose first pixel is bright in the second row, and labels in the form of the files. */
function fourFiles(names: (half: string) => readonly [images: string, labels: string], labels: Uint8Array) {
  const count = labels[7]!;
  const pixels = Array.from({ length: count }, () => [0, 0, 0, 200, 0, 0]).flat();
  return Object.fromEntries(
    ["train", "test"].flatMap((half) => {
      const [first, second] = names(half);
      return [
        [first, idxFile([count, 3, 2], pixels)],
        [second, labels],
      ];
    }),
  );
}

test("EMNIST's letters are read upright, numbered from 0 and named", (t) => {
  const labels = idxFile([3], [1, 26, 7]);
  const names = (half: string) =>
    [`emnist-letters-${half}-images-idx3-ubyte.gz`, `emnist-letters-${half}-labels-idx1-ubyte`] as const;
  const { train, info } = openData(writeFiles(temporaryFolder(t), fourFiles(names, labels)), unchanged);
  assert.deepEqual([info.size, info.classes.join("")], [[1, 2, 3], "abcdefghijklmnopqrstuvwxyz"]);
  const samples = [0, 1, 2].map((index) => train.get(index) as [Image, number]);
  assert.deepEqual(
    samples.map(([, label]) => info.classes[label]),
    ["a", "z", "g"],
  );
  // The file has rows 00, 0X, 00: its columns, X being at the middle of the second, are the rows of the letter.
  const bright = Array.from(samples[0]![0].data, (x) => Math.abs(Math.round(255 * (x * info.std + info.mean))));
  assert.deepEqual(bright, [0, 0, 0, 0, 200, 0]);
});

test("QMNIST's labels are the first numbers of their rows", (t) => {
  const rows = [4, 0, 9].map((label) => [label, 1, 2049, 5, 0, 7, 0, 0]);
  const header = [0, 0, 0x0c, 2, 0, 0, 0, 3, 0, 0, 0, 8];
  const int = (n: number): number[] => [n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255];
  const labels = Uint8Array.from([...header, ...rows.flat().flatMap(int)]);
  const names = (half: string) => [`qmnist-${half}-images-idx3-ubyte`, `qmnist-${half}-labels-idx2-int.gz`] as const;
  const { train, info } = openData(writeFiles(temporaryFolder(t), fourFiles(names, labels)), unchanged);
  assert.deepEqual(
    [0, 1, 2].map((index) => (train.get(index) as [Image, number])[1]),
    [4, 0, 9],
  );
  assert.deepEqual([info.classes.length, info.size], [10, [1, 3, 2]]);
});

test("a folder has as many classes as its highest label says", (t) => {
  const names = (half: string) => [`${half}-images.idx3-ubyte`, `${half}-labels.idx1-ubyte`] as const;
  const { info } = openData(writeFiles(temporaryFolder(t), fourFiles(names, idxFile([2], [0, 16]))), unchanged);
  assert.deepEqual([info.classes.length, info.classes[16]], [17, "16"]);
  const few = openData(writeFiles(temporaryFolder(t), fourFiles(names, idxFile([2], [2, 0]))), unchanged);
  assert.deepEqual(few.info.classes, ["0", "1", "2"]);
});

test("a folder with the files of several datasets asks for one", (t) => {
  const of = (relative: string) =>
    fourFiles(
      (half) => [`${relative}-${half}-images-idx3-ubyte`, `${relative}-${half}-labels-idx1-ubyte`],
      idxFile([1], [1]),
    );
  const root = writeFiles(temporaryFolder(t), { ...of("emnist-letters"), ...of("emnist-digits") });
  assert.throws(() => openData(root, unchanged), {
    name: "DataError",
    message:
      `data: ${root} has the files of several datasets; expected the four files of one, ` +
      "got emnist-digits, emnist-letters. Hint: put the files of each dataset into a folder of its own.",
  });
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
