import assert from "node:assert/strict";
import { test } from "node:test";
import * as nn from "../../nn/index.js";
import { SGD } from "../../optim/index.js";
import { manualSeed, randn } from "../../random/random.js";
import { compiledEngine } from "../../runtime/realize.js";
import type { Tensor } from "../../tensor/tensor.js";
import { formatPlan } from "../dump.js";

/**
 * The plan of a program that computes the gradient of a convolution's weights, whose images come from those of another.
 */
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

test("images that are cheap to compute are computed twice, in memory for one image", () => {
  const plan = planOf(6, cheap);
  assert.match(plan, /writes relu_images@scratch[^]*writes relu_again@scratch/);
  assert.match(plan, /reads relu_images@\S+, .* writes conv2d@/);
  assert.match(plan, /reads relu_again@\S+, .* writes (winograd|weight)_sums@/);
  assert.doesNotMatch(plan, /relu@/);
});

test("they are computed again when the gradient comes in, not before: a whole network's are never kept", () => {
  manualSeed(1);
  const layers = [1, 2, 3].flatMap(() => [new nn.Conv2d(8, 8, 3), new nn.BatchNorm2d(8), new nn.ReLU()]);
  const network = new nn.Sequential(...layers.slice(0, 7)) as unknown as nn.Module & ((x: Tensor) => Tensor);
  const plans: string[] = [];
  compiledEngine().onCompile((plan) => plans.push(formatPlan(plan)));
  const loss = network(randn([16, 8, 20, 20]))
    .square()
    .sum();
  loss.backward();
  new SGD(network.parameters(), { lr: 0.1 }).step();
  loss.data();
  compiledEngine().onCompile(() => undefined);
  const plan = plans.at(-1)!;
  assert.equal(plan.match(/writes relu_again@scratch/g)!.length, 2);
  assert.doesNotMatch(plan, /(_again|relu_images|relu)@arena/);
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
