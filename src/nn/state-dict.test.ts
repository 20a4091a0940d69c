/** Loading state dicts that others have named and counted differently. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkRandomly } from "../../test/random-checks.js";
import { tensor } from "../tensor/creation.js";
import { rand } from "../random/random.js";
import { Buffer, BatchNorm2d, Conv2d, Linear, Module, Sequential, type StateDict } from "./index.js";

const make = (): Sequential =>
  new Sequential({ conv: new Conv2d(1, 2, 3), bn: new BatchNorm2d(2), module: new Sequential(new Linear(2, 3)) });

/** A network's state under other names. */
const renamed = (model: Module, name: (key: string) => string): StateDict =>
  new Map([...model.stateDict()].map(([key, held]) => [name(key), held]));

function checkLoaded(name: (key: string) => string): void {
  const [from, into] = [make(), make()];
  const { missingKeys, unexpectedKeys, renamedKeys } = into.loadStateDict(renamed(from, name));
  assert.deepEqual([missingKeys, unexpectedKeys], [[], []]);
  for (const [key, held] of from.stateDict()) {
    assert.deepEqual(into.stateDict().get(key)!.data(), held.data(), key);
    assert.equal(renamedKeys?.get(name(key)) ?? name(key), key);
  }
}

for (const [what, name] of [
  ["of DataParallel", (key) => `module.${key}`],
  ["of torch.compile", (key) => `_orig_mod.${key}`],
  ["of a compiled network in DataParallel", (key) => `module._orig_mod.${key}`],
  ["of a compiled part", (key) => key.replace("module.0", "module.0._orig_mod")],
  ["of a part in DataParallel", (key) => key.replace("conv", "conv.module")],
  ["of a network in a field", (key) => `net.${key}`],
  ["of a network in two fields and DataParallel", (key) => `module.wrapper.model.${key}`],
] as const satisfies readonly (readonly [string, (key: string) => string])[]) {
  test(`names ${what} are recognised, and reported`, () => checkLoaded(name));
}

test("a network with a part called module keeps its names", () => {
  const [from, into] = [make(), make()];
  assert.deepEqual(into.loadStateDict(from.stateDict()), { missingKeys: [], unexpectedKeys: [] });
});

test("any wrappers around the network are recognised", () => {
  const wrapper = fc.constantFrom("module", "_orig_mod", "model", "net", "backbone");
  const property = fc.property(fc.uniqueArray(wrapper, { minLength: 1, maxLength: 4 }), (wrappers) =>
    checkLoaded((key) => `${wrappers.join(".")}.${key}`),
  );
  checkRandomly(property, 40);
});

test("names that differ in more than a wrapper do not fit, and the error has the given names", () => {
  const given = renamed(new Linear(2, 3), (key) => `fc.${key}`);
  given.set("other", tensor([1]));
  assert.throws(
    () => new Linear(2, 3).loadStateDict(given),
    /missing key\(s\) "weight", "bias"; unexpected key\(s\) "fc\.weight", "fc\.bias", "other"/,
  );
});

test("two entries never become one", () => {
  const given = renamed(new Linear(2, 3), (key) => `module.${key}`);
  for (const [key, held] of renamed(new Linear(2, 3), (key) => `_orig_mod.${key}`)) given.set(key, held);
  assert.throws(() => new Linear(2, 3).loadStateDict(given), /unexpected key\(s\) "module\.weight"/);
});

test("a file without counts of batches counts 0, as in PyTorch", () => {
  const [from, into] = [new BatchNorm2d(2), new BatchNorm2d(2)];
  for (const bn of [from, into]) bn(rand([2, 2, 3, 3])).data();
  const given = from.stateDict();
  given.delete("num_batches_tracked");
  assert.deepEqual(into.loadStateDict(given), { missingKeys: [], unexpectedKeys: [] });
  assert.equal(into.numBatchesTracked!.item(), 0);
  assert.deepEqual(into.runningMean!.tolist(), from.runningMean!.tolist());
});

test("the count stays where a file has nothing of the batch norm", () => {
  const bn = new BatchNorm2d(2);
  bn(rand([2, 2, 3, 3])).data();
  const { missingKeys } = bn.loadStateDict(new Map([["weight", tensor([3, 4])]]), { strict: false });
  assert.deepEqual(missingKeys, ["bias", "running_mean", "running_var"]);
  assert.equal(bn.numBatchesTracked!.item(), 1);
});

test("another missing buffer is an error", () => {
  const given = new BatchNorm2d(2).stateDict();
  given.delete("running_var");
  assert.throws(
    () => new BatchNorm2d(2).loadStateDict(given),
    /missing key\(s\) "running_var"$|missing key\(s\) "running_var"\./,
  );
});

test("old files have a list of one element for a scalar", () => {
  const given = new BatchNorm2d(2).stateDict();
  given.set("num_batches_tracked", tensor(Int32Array.of(7)));
  const bn = new BatchNorm2d(2);
  bn.loadStateDict(given);
  assert.equal(bn.numBatchesTracked!.item(), 7);
});

test("what is not an integer of 32 bits does not fit an int32, and nothing changes", () => {
  class Counter extends Module {
    count = new Buffer(tensor(Int32Array.of(1, 2)));
    scale = new Buffer(tensor([1]));
  }
  const counter = new Counter();
  for (const [given, got] of [
    [[3, 0.5], "0.5 as its element 1"],
    [[3e9, 1], "3000000000 as its element 0"],
    [[1, NaN], "NaN as its element 1"],
  ] as const) {
    const dict = new Map([["scale", tensor([9])], ["count", tensor([...given])]]); // prettier-ignore
    assert.throws(() => counter.loadStateDict(dict), new RegExp(`count holds integers of 32 bits, got ${got}`));
    assert.deepEqual([counter.count.tolist(), counter.scale.tolist()], [[1, 2], [1]]); // prettier-ignore
  }
  counter.loadStateDict(new Map([["scale", tensor(Int32Array.of(2))], ["count", tensor([5, -6])]])); // prettier-ignore
  assert.deepEqual([counter.count.tolist(), counter.scale.tolist()], [[5, -6], [2]]); // prettier-ignore
});

test("a record of tensors loads as a Map does, and other things are named", () => {
  const layer = new Linear(1, 1);
  layer.loadStateDict({ weight: tensor([[2]]), bias: tensor([3]) });
  assert.deepEqual([layer.weight.tolist(), layer.bias!.tolist()], [[[2]], [3]]); // prettier-ignore
  for (const wrong of [[], null, "weights.pt", { weight: [[2]] }, new Map([["weight", 1]])]) {
    assert.throws(() => layer.loadStateDict(wrong as never), /Hint: make every value a tensor: tensor\(\[1, 2\]\)\.$/);
  }
});
