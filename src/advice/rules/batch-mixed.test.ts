import assert from "node:assert/strict";
import { test } from "node:test";
import { average, body, classify, flatten, logSoftmax } from "../../../test/advice/modules.js";
import { reasonOf, testRule } from "../../../test/advice/rule-cases.js";
import { inspectNetwork } from "../../inspect/inspect.js";
import * as nn from "../../nn/index.js";
import type { Tensor } from "../../tensor/tensor.js";
import { rule } from "./batch-mixed.js";

/** Changes the shape; the Identity makes its functions layers of their own. */
class Shaped extends nn.Module {
  inner = new nn.Identity();
  constructor(readonly change: (x: Tensor) => Tensor) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return this.change(this.inner(x));
  }
}
const shaped = (change: (x: Tensor) => Tensor): nn.Module => new Shaped(change);

testRule(rule, {
  deserving: [
    ["reshape", () => [...body(), average, classify(), shaped((x) => x.view(10, -1)), logSoftmax]],
    ["reshape", () => [...body(), classify(), shaped((x) => x.view(-1, 10)), logSoftmax]],
    ["reshape", () => [...body(), average, classify(), flatten, shaped((x) => x.t().reshape(-1, 10))]],
    ["permute", () => [...body(), average, classify(), flatten, shaped((x) => x.t())]],
    ["reshape", () => [...body(), average, classify(), shaped((x) => x.view(-1))]],
  ],
  sparing: [
    () => [...body(), average, classify(), shaped((x) => x.view(-1, 10)), logSoftmax],
    () => [
      ...body(),
      shaped((x) => x.view(x.shape[0]! / 2, 2 * 16, 6, 6).view(-1, 16, 6, 6)),
      average,
      classify(),
      flatten,
    ],
    () => [...body(), shaped((x) => x.permute(1, 0, 2, 3).permute(1, 0, 2, 3)), average, classify(), flatten],
    // A loss, which has no axes.
    () => [...body(), average, classify(), shaped((x) => x.mean())],
  ],
});

test("batch-mixed says where the images are", () => {
  const reason = (change: (x: Tensor) => Tensor): string =>
    reasonOf(rule, inspectNetwork(new nn.Sequential(...body(), classify(), shaped(change)), [1, 28, 28]));
  assert.match(
    reason((x) => x.view(-1, 10)),
    /one axis .* together with something else/,
  );
  assert.match(
    reason((x) => x.mean([2, 3]).t()),
    /moves the images of the batch to axis 1/,
  );
});
