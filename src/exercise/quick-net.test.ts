/** The smaller of the built-in networks. The exercise's own is compared with PyTorch's in networks.test.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { zeros } from "../tensor/creation.js";
import { QuickNet } from "./networks.js";

test("it has 15,550 parameters; of the convolutions only the last has a bias", () => {
  const parameters = [...new QuickNet().namedParameters()];
  assert.equal(
    parameters.reduce((sum, [, parameter]) => sum + parameter.numel(), 0),
    15_550,
  );
  assert.deepEqual(
    parameters.map(([name, { shape }]) => `${name} ${shape.join("×")}`).filter((line) => /^(conv|classify)/.test(line)),
    [
      "conv1.weight 12×1×3×3",
      "conv2.weight 16×12×3×3",
      "conv3.weight 16×16×3×3",
      "conv4.weight 16×16×3×3",
      "conv5.weight 24×16×3×3",
      "conv6.weight 24×24×3×3",
      "classify.weight 10×24×1×1",
      "classify.bias 10",
    ],
  );
});

test("images become logarithms of ten likelihoods", () => {
  assert.deepEqual(new QuickNet()(zeros([4, 1, 28, 28])).shape, [4, 10]);
});
