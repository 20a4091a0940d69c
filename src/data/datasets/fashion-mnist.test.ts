import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { smallImages, smallLabels, temporaryFolder, writeFiles } from "../../../test/idx-files.js";
import { debianFolder, FashionMNIST } from "./fashion-mnist.js";

test("its classes are pieces of clothing", (context) => {
  const root = temporaryFolder(context);
  writeFiles(join(root, "FashionMNIST/raw"), {
    "t10k-images-idx3-ubyte": smallImages,
    "t10k-labels-idx1-ubyte.gz": smallLabels,
  });
  const test = new FashionMNIST({ root, train: false });
  assert.deepEqual(
    Array.from(test.targets, (label) => test.classes[label]),
    ["Sneaker", "T-shirt/top", "Ankle boot"],
  );
});

test("without a root and without Debian's package it says how to get the files", (context) => {
  const folder = temporaryFolder(context);
  assert.throws(() => debianFolder(join(folder, "none")), {
    name: "DataError",
    message:
      `FashionMNIST: no root was given, and ${join(folder, "none")} does not exist. ` +
      'Hint: run apt install dataset-fashion-mnist, or await FashionMNIST.load({ root: "data", download: true }).',
  });
  assert.equal(debianFolder(folder), folder);
});
