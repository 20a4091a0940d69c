import assert from "node:assert/strict";
import { test } from "node:test";
import path from "node:path";
import { MNIST } from "../data/datasets/mnist.js";
import { sha256 } from "../data/files/data-files.js";
import { hasReference, referenceCurve } from "./reference-curve.js";

test("the reference has the notebook's 19 epochs, from the first to the last", () => {
  assert.deepEqual(
    referenceCurve.map(({ epoch }) => epoch),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
  );
  assert.deepEqual(referenceCurve[0], { epoch: 1, testLoss: 0.0935, correct: 9723 });
  assert.deepEqual(referenceCurve.at(-1), { epoch: 19, testLoss: 0.02, correct: 9938 });
});

test("only runs on MNIST are compared with it", () => {
  assert.deepEqual(
    ["mnist", "fashion-mnist", "MNIST", ""].map((data) => hasReference(data)),
    [true, false, false, false],
  );
});

test("a folder with MNIST's files is MNIST, whatever they are called", () => {
  const { defaultFolder } = MNIST.facts;
  assert.ok(hasReference("data", { images: sha256(path.join(defaultFolder(), "t10k-images-idx3-ubyte")) }));
  assert.ok(!hasReference("data", { images: sha256(path.join(defaultFolder(), "t10k-labels-idx1-ubyte")) }));
});
