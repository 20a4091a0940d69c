import assert from "node:assert/strict";
import vm from "node:vm";
import { test } from "node:test";
import { flag, integer, number, oneOf, only, orNull, size2d } from "./kinds.js";
import { checked, optional, required, Signature } from "./signature.js";

const signature = new Signature("pool", [
  required("kernelSize", size2d(1)),
  optional("stride", size2d(1)),
  optional("padding", size2d(0), 0),
  optional("mode", oneOf("max", "mean"), "max"),
]);

const all = { kernelSize: 3, stride: 2, padding: 1, mode: "mean" };

const readings: readonly (readonly [given: readonly unknown[], read: object])[] = [
  [[3], { kernelSize: 3, stride: undefined, padding: 0, mode: "max" }],
  [[3, 2, 1, "mean"], all],
  [[3, 2, { padding: 1, mode: "mean" }], all],
  [[3, { mode: "mean", padding: 1, stride: 2 }], all],
  [[{ kernelSize: 3, stride: 2, padding: 1, mode: "mean" }], all],
  [[3, 2, 1, "mean", {}], all],
  [[3, undefined, 1], { kernelSize: 3, stride: undefined, padding: 1, mode: "max" }],
  [[3, 2, undefined, undefined], { kernelSize: 3, stride: 2, padding: 0, mode: "max" }],
  [[3, { stride: undefined }], { kernelSize: 3, stride: undefined, padding: 0, mode: "max" }],
  [
    [
      [3, 5],
      [1, 2],
    ],
    { kernelSize: [3, 5], stride: [1, 2], padding: 0, mode: "max" },
  ],
  [[3, vm.runInNewContext("({ stride: 2 })")], { kernelSize: 3, stride: 2, padding: 0, mode: "max" }],
  [[3, Object.assign(Object.create(null), { stride: 2 })], { kernelSize: 3, stride: 2, padding: 0, mode: "max" }],
];

for (const [given, read] of readings) {
  test(`pool(${given.map((value) => JSON.stringify(value)).join(", ")}) is read`, () => {
    assert.deepEqual(signature.read(given), read);
  });
}

const usage = "pool(kernelSize, { stride, padding, mode })";
const pair = (least: number): string => `an integer of at least ${least}, or two of them: [height, width]`;

const refusals: readonly (readonly [given: readonly unknown[], message: string])[] = [
  [[], `pool: kernelSize is missing; expected ${usage}.`],
  [[{ stride: 2 }], `pool: kernelSize is missing; expected ${usage}, got { stride }.`],
  [[3, 2, 1, "mean", 5], `pool: 5 arguments are too many; expected at most 4: ${usage}.`],
  [[3, 2, 1, "mean", null], `pool: 5 arguments are too many; expected at most 4: ${usage}.`],
  [[3, 2, { stride: 2 }], "pool: stride is given twice."],
  [[3, true], `pool: invalid stride; expected ${pair(1)}, got true.`],
  [[3, null], `pool: invalid stride; expected ${pair(1)}, got null.`],
  [[3, 0], `pool: invalid stride; expected ${pair(1)}, got 0.`],
  [[3, "2"], `pool: invalid stride; expected ${pair(1)}, got "2".`],
  [[3, [1, 2, 3]], `pool: invalid stride; expected ${pair(1)}, got [1,2,3].`],
  [[3, new Date(0)], `pool: invalid stride; expected ${pair(1)}, got a Date.`],
  [[3, { padding: -1 }], `pool: invalid padding; expected ${pair(0)}, got -1.`],
  [[3, 2, 1, "sum"], 'pool: invalid mode; expected "max" or "mean", got "sum".'],
  [
    [3, { kernel_size: 3 }],
    'pool: there is no option "kernel_size"; expected one of stride, padding, mode. Hint: perhaps you mean kernelSize.',
  ],
  [
    [3, { pading: 3 }],
    'pool: there is no option "pading"; expected one of stride, padding, mode. Hint: perhaps you mean padding.',
  ],
  [[3, { ceilMode: true }], 'pool: there is no option "ceilMode"; expected one of stride, padding, mode.'],
  [[3, { stride: 2 }, 1], `pool: invalid stride; expected ${pair(1)}, got { stride }.`],
];

for (const [given, message] of refusals) {
  test(message, () => {
    assert.throws(() => signature.read(given), { name: "ArgumentError", message });
  });
}

test("null is a value only for parameters that may be null, and a fixed value says why it is the only one", () => {
  const scale = checked(
    "scale",
    [optional("by", orNull(number), 1), optional("inplace", only(false, "leave it out"), false)],
    ({ by }) => by,
  );
  assert.equal(scale(), 1);
  assert.equal(scale(null), null);
  assert.equal(scale(0.5, false), 0.5);
  assert.throws(() => scale(1, true), {
    message: "scale: invalid inplace; expected false, got true. Hint: leave it out.",
  });
  assert.equal(scale.name, "scale");
});

test("a function without options shows how it is called", () => {
  const twice = checked("twice", [required("x", integer()), required("loud", flag)], ({ x }) => 2 * x);
  assert.equal(twice(4, true), 8);
  assert.throws(() => twice(4, true, {}, {}), {
    message: /^twice: 3 arguments are too many; expected at most 2: twice\(x, loud\)/,
  });
  assert.throws(() => twice(4, true, { y: 1 }), { message: 'twice: there is no option "y"; expected twice(x, loud).' });
});
