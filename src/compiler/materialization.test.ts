import assert from "node:assert/strict";
import { test } from "node:test";
import * as nn from "../nn/index.js";
import { manualSeed, randn } from "../random.js";
import { compiledEngine } from "../runtime/engine.js";
import type { Tensor } from "../tensor.js";
import { formatPlan } from "./dump.js";

/** The plan of a program that computes the gradient of a convolution's weights, whose images come from those of another. */
function planOf(batch: number, between: (x: Tensor) => Tensor): string {
  manualSeed(1);
  const [first, second] = [new nn.Conv2d(2, 8, 3), new nn.Conv2d(8, 8, 3)];
  const plans: string[] = [];
  compiledEngine().onCompile((plan) => plans.push(formatPlan(plan)));
  second(between(first(randn([batch, 2, 20, 20]))))
    .square()
    .sum()
    .backward();
  second.weight.grad!.data();
  compiledEngine().onCompile(() => undefined);
  return plans.at(-1)!;
}

const cheap = (x: Tensor): Tensor => x.mul(0.5).relu();

test("images that are cheap to compute are computed twice, into memory of one image", () => {
  const plan = planOf(6, cheap);
  assert.match(plan, /writes relu_images@scratch[^]*writes relu_again@scratch/);
  assert.match(plan, /reads relu_images@\S+, .* writes conv2d@/);
  assert.match(plan, /reads relu_again@\S+, .* writes (winograd|weight)_sums@/);
  assert.doesNotMatch(plan, /relu@/);
});

test("a single image is kept", () => assert.doesNotMatch(planOf(1, cheap), /_again@/));

const kept: Record<string, (x: Tensor) => Tensor> = {
  "those that load two tensors of the batch": (x) => x.add(randn([...x.shape])).relu(),
  "those with an expensive function": (x) => x.sigmoid(),
  "those that are a convolution's result": (x) => x,
};
for (const [what, between] of Object.entries(kept)) {
  test(`${what} are kept`, () => assert.doesNotMatch(planOf(6, between), /_again@/));
}
