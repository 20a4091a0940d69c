import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { referenceEngine } from "../reference/reference-engine.js";
import { enableGrad, noGrad } from "../graph/grad-mode.js";
import { setEngine } from "../runtime/realize.js";
import { tensor } from "./creation.js";

beforeEach(() => setEngine(referenceEngine));

const nothingRequiresGrad = {
  name: "StateError",
  message:
    "backward: this tensor does not depend on anything that requires a gradient. " +
    "Hint: compute the loss from a module's parameters, outside noGrad().",
};
const alreadyRun = {
  name: "StateError",
  message:
    "backward: backward() has already run through this graph or a part of it. " +
    "Hint: run the forward pass again before the next backward().",
};

test("a loss that depends on no parameter has no gradient", () => {
  assert.throws(() => tensor([1, 2]).sum().backward(), nothingRequiresGrad);
});

test("a target that another loss has used still has no gradient, computed or not", () => {
  const weight = tensor([1, 2], undefined, { requiresGrad: true });
  const target = tensor([3, 4]).mul(2).sum();
  weight.sum().mul(target).backward();
  assert.throws(() => target.backward(), nothingRequiresGrad);
  target.item();
  assert.throws(() => target.backward(), nothingRequiresGrad);
});

test("a second backward() of the same loss is refused", () => {
  const loss = tensor([1, 2], undefined, { requiresGrad: true }).square().sum();
  loss.backward();
  assert.throws(() => loss.backward(), alreadyRun);
});

test("a new loss over a part that was freed is refused instead of losing that part's gradient", () => {
  const weight = tensor([1, 2], undefined, { requiresGrad: true });
  const hidden = weight.square();
  hidden.sum().backward();
  hidden.data();
  assert.throws(() => hidden.mul(3).sum().backward(), alreadyRun);
  assert.deepEqual(weight.grad!.tolist(), [2, 4]);
});

test("noGrad and enableGrad refuse a function that returns a promise, and put the mode back", () => {
  const weight = tensor([1, 2], { requiresGrad: true });
  const failing = async (): Promise<unknown> => {
    await Promise.resolve();
    throw new Error("nobody hears this");
  };
  for (const [name, run] of Object.entries({ noGrad, enableGrad })) {
    for (const body of [failing, (): unknown => Promise.resolve(weight), (): unknown => weight[Symbol.iterator]()]) {
      assert.throws(() => run(body), { name: "ArgumentError", message: new RegExp(`^${name}: .*await first`) });
      assert.ok(weight.mul(1).requiresGrad);
    }
  }
});

test("a leaf takes a gradient of its own shape and type, and true or false", () => {
  const leaf = tensor([1, 2], { requiresGrad: true }) as unknown as Record<string, unknown>;
  for (const wrong of [5, "none", [1, 2], tensor([1]), tensor(1), tensor(Int32Array.of(1, 2))]) {
    assert.throws(() => (leaf["grad"] = wrong), { name: /^(Argument|Shape)Error$/, message: /^grad: / }, String(wrong));
  }
  leaf["grad"] = tensor([3, 4]);
  assert.deepEqual((leaf["grad"] as { tolist: () => unknown }).tolist(), [3, 4]);
  leaf["grad"] = null;
  assert.equal(leaf["grad"], null);
  for (const wrong of ["no", 1, null]) {
    assert.throws(() => (leaf["requiresGrad"] = wrong), { name: "ArgumentError", message: /^requiresGrad: / });
  }
});
