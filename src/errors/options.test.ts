/** Options that do not exist are refused everywhere, not only where TypeScript looks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DataLoader, TensorDataset, transforms } from "../entries/data.js";
import { ArgumentError } from "./errors.js";
import { SGD } from "../optim/index.js";
import { tensor, zeros } from "../tensor/creation.js";
import * as F from "../nn/functional/index.js";
import { Conv2d } from "../nn/index.js";

const image = zeros([1, 1, 4, 4]);
const [logits, classes] = [zeros([1, 2]), tensor(Int32Array.of(1))];
const odd = { pading: 1 } as object;

const calls: Readonly<Record<string, () => unknown>> = {
  Conv2d: () => new Conv2d(1, 1, 3, odd),
  SGD: () => new SGD([], odd),
  conv2d: () => F.conv2d(image, zeros([1, 1, 3, 3]), null, odd),
  maxPool2d: () => F.maxPool2d(image, 2, odd),
  avgPool2d: () => F.avgPool2d(image, 2, odd),
  batchNorm: () => F.batchNorm(image, null, null, odd),
  nllLoss: () => F.nllLoss(logits, classes, odd),
  crossEntropy: () => F.crossEntropy(logits, classes, odd),
  mseLoss: () => F.mseLoss(logits, logits, odd),
  DataLoader: () => new DataLoader(new TensorDataset(logits), odd),
  randomRotation: () => transforms.randomRotation(3, odd),
  randomAffine: () => transforms.randomAffine({ degrees: 3, ...odd }),
  randomCrop: () => transforms.randomCrop(3, odd),
  randomErasing: () => transforms.randomErasing(odd),
};

for (const [name, call] of Object.entries(calls)) {
  test(`${name} refuses an option that it does not have`, () => {
    assert.throws(
      call,
      (error) => error instanceof ArgumentError && error.message.startsWith(`${name}: there is no option "pading"`),
    );
  });
}
