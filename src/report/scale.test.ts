import assert from "node:assert/strict";
import { test } from "node:test";
import { makeScale } from "./scale.js";

test("linear: positions between the ends, ticks at round values", () => {
  const scale = makeScale([0, 30, NaN, 100, Infinity], { kind: "linear" })!;
  assert.deepEqual([0, 25, 100].map(scale.place), [0, 0.25, 1]);
  assert.deepEqual(scale.ticks, [0, 20, 40, 60, 80, 100]);
  assert.ok(Number.isNaN(scale.place(NaN)));
});

test("integer: ticks at integers only, each once, however short the axis is", () => {
  const ticks = (values: number[]) => makeScale(values, { kind: "integer", ticks: 6 })!.ticks;
  assert.deepEqual(ticks([1, 4]), [1, 2, 3, 4]);
  assert.deepEqual(ticks([1, 2]), [1, 2]);
  assert.deepEqual(ticks([1, 14]), [5, 10]);
  const single = makeScale([3], { kind: "integer" })!;
  assert.deepEqual(single.ticks, [3]);
  assert.equal(single.place(3), 0.5);
});

test("logarithmic: values that are not positive have no position", () => {
  const scale = makeScale([0.01, 0, -1, 1], { kind: "log" })!;
  assert.deepEqual(
    [0.01, 0.1, 1].map((x) => Number(scale.place(x).toFixed(9))),
    [0, 0.5, 1],
  );
  assert.deepEqual(scale.ticks, [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]);
  assert.ok(Number.isNaN(scale.place(0)));
  assert.deepEqual(makeScale([1e-12, 1], { kind: "log", ticks: 4 })!.ticks, [1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1]);
});

test("a reversed axis, fixed ends, a single value, no values", () => {
  const down = makeScale([0.001, 0.1], { kind: "log", downwards: true })!;
  assert.deepEqual([0.001, 0.1].map(down.place), [1, 0]);
  const fixed = makeScale([0.4], { kind: "linear", from: 0, to: 1 })!;
  assert.equal(fixed.place(0.5), 0.5);
  assert.equal(makeScale([7], { kind: "linear" })!.place(7), 0.5);
  assert.equal(makeScale([NaN, Infinity], { kind: "linear" }), undefined);
  assert.equal(makeScale([0, -3], { kind: "log" }), undefined);
});
