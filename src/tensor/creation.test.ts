import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import vm from "node:vm";
import { referenceEngine } from "../reference/reference-engine.js";
import { setEngine } from "../runtime/realize.js";
import { randint, rand } from "../random/random.js";
import { arange, full, ones, tensor, zeros } from "./creation.js";
import type { NestedNumbers } from "./nested.js";

setEngine(referenceEngine);

type Loose = (...given: readonly unknown[]) => ReturnType<typeof tensor>;

/** What holds numbers, the type of the tensor made of it, and its elements. */
const sources: Readonly<Record<string, readonly [NestedNumbers, "float32" | "int32", unknown]>> = {
  "nested arrays": [[[1, 2], [3, 4.5]], "float32", [[1, 2], [3, 4.5]]], // prettier-ignore
  "a number": [7, "float32", 7],
  booleans: [[true, false], "float32", [1, 0]],
  Float32Array: [Float32Array.of(1.5, -2), "float32", [1.5, -2]],
  Float64Array: [Float64Array.of(1.5, -2), "float32", [1.5, -2]],
  Uint8Array: [Uint8Array.of(1, 255), "int32", [1, 255]],
  Uint8ClampedArray: [Uint8ClampedArray.of(300), "int32", [255]],
  Int8Array: [Int8Array.of(-128), "int32", [-128]],
  Int16Array: [Int16Array.of(-32768), "int32", [-32768]],
  Uint16Array: [Uint16Array.of(65535), "int32", [65535]],
  Int32Array: [Int32Array.of(17378479), "int32", [17378479]],
  Uint32Array: [Uint32Array.of(17378479), "int32", [17378479]],
  BigInt64Array: [BigInt64Array.of(-5n, 17378479n), "int32", [-5, 17378479]],
  Buffer: [Buffer.from([1, 2, 255]), "int32", [1, 2, 255]],
  "a Float32Array from another realm": [
    vm.runInNewContext("Float32Array.of(1, 2.5)") as Float32Array,
    "float32",
    [1, 2.5],
  ],
  "nested arrays from another realm": [vm.runInNewContext("[[1], [2]]") as number[][], "float32", [[1], [2]]],
  "rows that are typed arrays": [[Float32Array.of(1, 2), Float32Array.of(3, 4)], "float32", [[1, 2], [3, 4]]], // prettier-ignore
  "rows of bytes": [[Uint8Array.of(1, 2), Uint8Array.of(3, 4)], "int32", [[1, 2], [3, 4]]], // prettier-ignore
  "mixed rows": [[Float32Array.of(1, 2), [3, 4]], "float32", [[1, 2], [3, 4]]], // prettier-ignore
  nothing: [[], "float32", []],
};

for (const [what, [elements, dtype, expected]] of Object.entries(sources)) {
  test(`a tensor of ${what} has its elements`, () => {
    const made = tensor(elements);
    assert.equal(made.dtype, dtype);
    assert.deepEqual(made.tolist(), expected);
  });
}

const refusals: readonly (readonly [given: readonly unknown[], message: RegExp])[] = [
  [[undefined], /^tensor: elements is missing/],
  [[null], /^tensor: invalid elements; expected numbers in nested arrays, or a typed array, got null/],
  [["12"], /^tensor: invalid elements; .* got "12"/],
  [[{ length: 2 }], /^tensor: elements is missing|^tensor: there is no option/],
  [[new Set([1])], /^tensor: invalid elements; .* got a Set/],
  [[new DataView(new ArrayBuffer(4))], /^tensor: invalid elements; .* got a DataView/],
  [[["a"]], /^tensor: element 0 is not a number; expected numbers in nested arrays, or a typed array, got "a"/],
  [[[1, undefined]], /^tensor: element 1 is not a number; .* got undefined/],
  [[[[1, 2], [3, null]]], /^tensor: element 3 is not a number; .* got null/], // prettier-ignore
  [[new Array(2)], /^tensor: element 0 is not a number; .* got undefined/],
  [[[1n]], /^tensor: element 0 is not a number; .* got 1n/],
  [[tensor([1])], /^tensor: invalid elements; .* got a Tensor/],
  [[BigInt64Array.of(2n ** 31n)], /^tensor: element 0 does not fit into int32; .* got 2147483648n/],
  [[Uint32Array.of(1, 4294967295)], /^tensor: element 1 does not fit into int32; .* got 4294967295/],
  [[[NaN], undefined, { dtype: "int32" }], /^tensor: element 0 does not fit into int32; .* got NaN/],
  [[[1, 2], [3]], /cannot fill the shape \[3\]/],
  [[[1, 2], [2.5]], /^tensor: invalid shape/],
  [[[1], { dtype: "float64" }], /^tensor: invalid dtype; expected "float32" or "int32", got "float64"/],
  [[[1], { requires_grad: true }], /^tensor: there is no option "requires_grad"; .* perhaps you mean requiresGrad/],
  [[Int32Array.of(1), { requiresGrad: true }], /^tensor: only float32 can require a gradient/],
];

for (const [given, message] of refusals) {
  test(`refused: ${message.source}`, () => {
    assert.throws(() => (tensor as Loose)(...given), { message });
  });
}

test("elements are rounded towards zero for int32, as in PyTorch", () => {
  assert.deepEqual(tensor([1.9, -1.9, 2147483647.5], { dtype: "int32" }).tolist(), [1, -1, 2147483647]);
});

test("a shape may be given in an array or one size after the other", () => {
  for (const make of [zeros, ones, rand] as Loose[]) {
    assert.deepEqual(make(2, 3).shape, [2, 3]);
    assert.deepEqual(make([2, 3]).shape, [2, 3]);
    assert.deepEqual(make([]).shape, []);
    assert.deepEqual(make(0).shape, [0]);
  }
  assert.equal((zeros as Loose)(2, 3, { dtype: "int32" }).dtype, "int32");
});

for (const size of [-1, 2.5, NaN, Infinity, "2"]) {
  test(`a size of ${size} is refused`, () => {
    const shape = [size];
    for (const make of [zeros, ones, rand] as Loose[]) assert.throws(() => make(shape), { message: /invalid shape/ });
    assert.throws(() => (full as Loose)(shape, 1), { message: /^full: invalid shape/ });
    assert.throws(() => (randint as Loose)(0, 5, shape), { message: /^randint: invalid shape/ });
  });
}

test("a value that int32 cannot hold is refused, and so is a gradient of integers", () => {
  assert.throws(() => full([2], 0.5, { dtype: "int32" }), {
    message: /^full: invalid value; expected an int32 number, got 0.5/,
  });
  assert.throws(() => zeros([2], { dtype: "int32", requiresGrad: true }), {
    message: /only float32 can require a gradient/,
  });
});

test("arange counts as PyTorch's does", () => {
  assert.deepEqual(arange(4).tolist(), [0, 1, 2, 3]);
  assert.deepEqual(arange(2, 5).tolist(), [2, 3, 4]);
  assert.deepEqual(arange(5, 0, -2).tolist(), [5, 3, 1]);
  assert.deepEqual(arange(0, 1, 0.25).tolist(), [0, 0.25, 0.5, 0.75]);
  assert.deepEqual(arange(3, 3).tolist(), []);
  assert.equal(arange(3).dtype, "int32");
  assert.equal(arange(0, 1, 0.5).dtype, "float32");
  assert.throws(() => arange(1, 5, -1), { message: /^arange: steps of -1 do not lead from 1 to 5/ });
  assert.throws(() => arange(1, 5, 0), { message: /^arange: steps of 0/ });
});

test("a tensor has its own elements and its own shape", () => {
  const shape = [2, 1];
  for (const make of [Float32Array.of(1, 2), Int32Array.of(1, 2), Float64Array.of(1, 2), [1, 2]]) {
    for (const requiresGrad of make instanceof Int32Array ? [false] : [false, true]) {
      const elements = make.slice();
      const before = tensor(elements, shape, { requiresGrad });
      const after = tensor(elements, [...shape]);
      assert.deepEqual(after.tolist(), [[1], [2]]);
      elements[0] = 9;
      shape[0] = 7;
      assert.deepEqual(
        [before.tolist(), before.shape],
        [
          [[1], [2]],
          [2, 1],
        ],
      );
      assert.deepEqual(after.tolist(), [[1], [2]]);
      shape[0] = 2;
    }
  }
  const [a, b, c] = [zeros(shape), ones(shape), full(shape, 3)];
  shape[0] = 7;
  for (const each of [a, b, c]) assert.equal(each.data().length, 2);
});

test("what a tensor hands out can be changed without changing the tensor", () => {
  const leaf = tensor([1, 2], { requiresGrad: true });
  for (const x of [tensor([1, 2]), leaf, leaf.mul(1), zeros([2]).add(tensor([1, 2]))]) {
    x.data()[0] = 9;
    (x.tolist() as number[])[0] = 9;
    (x.shape as number[]).reverse().push(5);
    (x.size() as number[])[0] = 7;
    assert.deepEqual([x.tolist(), x.shape, x.numel()], [[1, 2], [2], 2]);
  }
});

test("arange refuses integers beyond int32, and more numbers than fit into the memory", () => {
  assert.deepEqual(arange(2 ** 31 - 2, 2 ** 31).tolist(), [2 ** 31 - 2, 2 ** 31 - 1]);
  assert.throws(() => arange(2 ** 31 - 2, 2 ** 31 + 1), { name: "ArgumentError", message: /does not fit into int32/ });
  assert.throws(() => arange(2 ** 40), { name: "ArgumentError", message: /^arange: .*at most 1073741824 numbers/ });
});
