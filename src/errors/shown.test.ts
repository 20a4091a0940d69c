/** shown() finds words for anything, and never throws. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkRandomly } from "../../test/random-checks.js";
import { DataLoader, ImageDataset } from "../entries/data.js";
import { Linear } from "../nn/index.js";
import { SGD } from "../optim/index.js";
import { ones, tensor } from "../tensor/creation.js";
import { KilogradError } from "./errors.js";
import { shown } from "./shown.js";

const cyclic: unknown[] = [1];
cyclic.push(cyclic, { cyclic });
const fail = (): never => {
  throw new Error("no");
};
const throwing = { get: fail };
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const model = new Linear(2, 2);
const { parameters, forward } = model as unknown as Record<string, object>;

const odd: readonly unknown[] = [
  cyclic,
  revoked.proxy,
  new Proxy([1], throwing),
  new Proxy({}, { ownKeys: fail, getPrototypeOf: fail }),
  Object.defineProperty({}, "x", { ...throwing, enumerable: true }),
  Object.create(Object.defineProperty({}, "constructor", throwing)),
  Object.create(null),
  Object.create({ constructor: { name: Symbol("s") } }),
  Object.create({ constructor: {} }),
  Object.defineProperty(() => 1, "name", { value: Symbol("n") }),
  new Array(1e7),
  new Float32Array(1e6),
  Symbol("s"),
  model,
  parameters,
  forward,
  Object.getPrototypeOf(parameters), // the proxy that all methods inherit from
  Linear,
  ones([1]),
  globalThis,
];

test("anything is shown in a few words, alone and in arrays", () => {
  const isShort = (value: unknown): void => assert.ok(shown(value).length > 0 && shown(value).length < 200);
  odd.forEach(isShort);
  const given = fc.anything({ withBigInt: true, withSparseArray: true, withNullPrototype: true });
  checkRandomly(
    fc.property(given, fc.array(fc.nat(odd.length - 1)), (value, places) => {
      const list = [value, ...places.map((place) => odd[place])];
      [value, list, [list, [list]], { list }].forEach(isShort);
    }),
    500,
  );
});

test("arrays are shown as before", () => {
  assert.equal(shown([1, "a", [2, [3]]]), '[1,"a",[2,[3]]]');
  assert.equal(shown([undefined, , null]), "[undefined,undefined,null]");
  assert.equal(shown(Array.from({ length: 100 }, (_, i) => i)).length, 60);
  assert.equal(shown(cyclic).slice(0, 8), "[1,[1,[1");
});

test("a method without its parentheses is named wherever a value belongs", () => {
  const method = parameters as never;
  const calls: readonly (() => unknown)[] = [
    () => new SGD(method, { lr: 0.1 }),
    () => tensor(method),
    () => new DataLoader(method),
    () => new Linear(method, 2),
    () => ones(method),
  ];
  for (const call of calls) {
    assert.throws(
      call,
      (error) => error instanceof KilogradError && /the function parameters|parameters\(\)/.test(String(error)),
    );
  }
  assert.throws(() => new ImageDataset(ones([1, 2, 2]) as never, ones([1]) as never, ["a"]), KilogradError);
});
