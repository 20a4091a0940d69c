import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bytesIn,
  elementTypeNames,
  readElements,
  typeInFile,
  writeElements,
  type ElementTypeName,
} from "./element-types.js";
import type { HostArray } from "../graph/node.js";

/** A typed array's bytes, at offset 1 of a larger buffer, because elements need not be aligned. */
function bytesOf({ buffer }: ArrayBufferView): Uint8Array {
  const moved = new Uint8Array(buffer.byteLength + 1);
  moved.set(new Uint8Array(buffer), 1);
  return moved.subarray(1);
}

test("halves: normal, subnormal, the largest, infinities, minus zero", () => {
  // 1, -2, 65504, the smallest normal and subnormal numbers, 1/3 rounded, both infinities, -0.
  const bits = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x3555, 0x7c00, 0xfc00, 0x8000);
  const expected = [1, -2, 65504, 2 ** -14, 2 ** -24, 0.333251953125, Infinity, -Infinity, -0];
  assert.deepEqual([...readElements("F16", bytesOf(bits))], expected);
  assert.deepEqual([...readElements("F16", bytesOf(Uint16Array.of(0x7e01)))], [NaN]);
});

test("bfloat16 is the upper half of a float32", () => {
  const floats = Float32Array.of(1, -2.5, 2 ** 100, -Infinity);
  const upper = Uint16Array.from(new Uint32Array(floats.buffer), (bits) => bits >>> 16);
  assert.deepEqual(readElements("BF16", bytesOf(upper)), floats);
});

test("float32 and int32 keep their bits, float64 is rounded", () => {
  const floats = Float32Array.of(1.1, -0, NaN);
  assert.deepEqual(readElements("F32", bytesOf(floats)), floats);
  assert.deepEqual(readElements("I32", bytesOf(Int32Array.of(-7))), Int32Array.of(-7));
  assert.deepEqual(readElements("F64", bytesOf(Float64Array.of(1 / 3))), Float32Array.of(1 / 3));
});

test("int64 must fit into 32 bits", () => {
  const edges = BigInt64Array.of(-5n, 2n ** 31n - 1n, -(2n ** 31n));
  assert.deepEqual(readElements("I64", bytesOf(edges)), Int32Array.of(-5, 2 ** 31 - 1, -(2 ** 31)));
  for (const large of [2n ** 31n, -(2n ** 31n) - 1n, 2n ** 62n]) {
    assert.throws(
      () => readElements("I64", bytesOf(BigInt64Array.of(large))),
      new RegExp(`${large} does not fit into 32 bits`),
    );
  }
});

test("small integers and bools become int32, and unsigned ones must fit", () => {
  const read = (type: ElementTypeName, array: ArrayBufferView): HostArray => readElements(type, bytesOf(array));
  assert.deepEqual(read("I16", Int16Array.of(-(2 ** 15), 2 ** 15 - 1)), Int32Array.of(-(2 ** 15), 2 ** 15 - 1));
  assert.deepEqual(read("U16", Uint16Array.of(0, 65535)), Int32Array.of(0, 65535));
  assert.deepEqual(read("I8", Int8Array.of(-128, 127)), Int32Array.of(-128, 127));
  assert.deepEqual(read("U8", Uint8Array.of(0, 255)), Int32Array.of(0, 255));
  assert.deepEqual(read("BOOL", Uint8Array.of(0, 1, 2)), Int32Array.of(0, 1, 1));
  assert.deepEqual(read("U32", Uint32Array.of(2 ** 31 - 1)), Int32Array.of(2 ** 31 - 1));
  assert.throws(() => read("U32", Uint32Array.of(2 ** 31)), /2147483648 does not fit/);
  assert.throws(() => read("U64", BigUint64Array.of(2n ** 64n - 1n)), /18446744073709551615 does not fit/);
});

test("only counts of batches are written as int64", () => {
  assert.equal(typeInFile("bn1.num_batches_tracked", Int32Array.of(1)), "I64");
  assert.equal(typeInFile("num_batches_tracked", Int32Array.of(1)), "I64");
  assert.equal(typeInFile("places", Int32Array.of(1)), "I32");
  assert.equal(typeInFile("weight", Float32Array.of(1)), "F32");
  for (const value of [0, 7, -1, 2 ** 31 - 1, -(2 ** 31)]) {
    assert.deepEqual(readElements("I64", writeElements("I64", Int32Array.of(value))), Int32Array.of(value));
  }
});

test("the bytes of a tensor", () => {
  const floats = { F64: 48, F32: 24, F16: 12, BF16: 12 };
  const sizes: Record<ElementTypeName, number> = {
    ...floats,
    ...{ I64: 48, U64: 48, I32: 24, U32: 24, I16: 12, U16: 12, I8: 6, U8: 6, BOOL: 6 },
  };
  for (const type of elementTypeNames) assert.equal(bytesIn(type, [2, 3]), sizes[type], type);
});
