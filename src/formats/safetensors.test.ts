import assert from "node:assert/strict";
import { test } from "node:test";
import { DataError } from "../errors/errors.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";

const sample = {
  tensors: new Map([
    ["conv.weight", { shape: [2, 1, 1, 2], data: Float32Array.of(1.5, -0, NaN, Infinity) }],
    ["count", { shape: [], data: Int32Array.of(-7) }],
    ["empty", { shape: [0, 3], data: new Float32Array(0) }],
  ]),
  metadata: { note: "ä \n" },
};

/** A file with this header and this many bytes of elements. */
function forged(header: unknown, elements = 0, length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + elements);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

test("reading returns what was written, to the bit", () => {
  const bytes = encodeSafetensors(sample);
  const read = decodeSafetensors(bytes, "x");
  assert.deepEqual([...read.tensors], [...sample.tensors]);
  assert.deepEqual(read.metadata, sample.metadata);
  assert.deepEqual(encodeSafetensors(read), bytes);
});

test("a tensor cannot have the name that the format reserves", () => {
  const tensors = new Map([["__metadata__", { shape: [1], data: Float32Array.of(1) }]]);
  assert.throws(() => encodeSafetensors({ tensors, metadata: {} }), /the format reserves the name "__metadata__"/);
});

test("the elements begin at a multiple of eight bytes", () => {
  const bytes = encodeSafetensors(sample);
  assert.equal(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8, 0);
});

test("a file can be anywhere in a larger buffer", () => {
  const bytes = encodeSafetensors(sample);
  const moved = new Uint8Array(bytes.length + 3);
  moved.set(bytes, 3);
  for (const view of [moved.subarray(3), Buffer.from(moved.buffer, 3)]) {
    assert.deepEqual([...decodeSafetensors(view, "x").tensors], [...sample.tensors]);
  }
});

test("a file that is truncated anywhere is refused", () => {
  const bytes = encodeSafetensors(sample);
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decodeSafetensors(bytes.subarray(0, length), "last.safetensors"), DataError, `${length} bytes`);
  }
});

const entry = (begin: number, end: number, more = {}) => ({
  dtype: "F32",
  shape: [1],
  data_offsets: [begin, end],
  ...more,
});

const hostile: readonly (readonly [string, Uint8Array, RegExp])[] = [
  [
    "a header longer than the file",
    forged("{}", 0, 1n << 40n),
    /longer than the file; expected at most 2 bytes, got 1099/,
  ],
  ["a header length past 2^63", forged("{}", 0, (1n << 64n) - 1n), /longer than the file/],
  ["no JSON", forged("{nonsense}"), /not a JSON object/],
  ["JSON that is a list", forged("[]"), /not a JSON object/],
  ["bytes that are not UTF-8", forged("{}", 0).fill(0xff, 8), /not a JSON object/],
  ["metadata that are not strings", forged({ __metadata__: { a: 1 } }), /__metadata__ has the wrong form/],
  [
    "an entry without a shape",
    forged({ w: { dtype: "F32", data_offsets: [0, 4] } }, 4),
    /the entry of w has the wrong form/,
  ],
  ["an entry that is null", forged({ w: null }), /the entry of w has the wrong form/],
  ["a negative size", forged({ w: entry(0, 4, { shape: [-1, -1] }) }, 4), /the entry of w has the wrong form/],
  ["a fractional offset", forged({ w: entry(0.5, 4.5) }, 5), /the entry of w has the wrong form/],
  [
    "an unsupported element type",
    forged({ w: entry(0, 2, { dtype: "F8_E5M2" }) }, 2),
    /expected F64, F32, F16, BF16, I64, .*, BOOL, got F8_E5M2/,
  ],
  [
    "a type named like a method",
    forged({ w: entry(0, 4, { dtype: "toString" }) }, 4),
    /expected F64, F32, .*, got toString/,
  ],
  [
    "a shape that does not match the bytes",
    forged({ w: entry(0, 4, { shape: [2] }) }, 4),
    /w of shape \[2\] has the wrong length; expected 8 bytes, got 4/,
  ],
  [
    "a later shape that does not match the bytes",
    forged({ a: entry(0, 4), b: entry(4, 8, { shape: [2] }) }, 8),
    /b of shape \[2\] has the wrong length; expected 8 bytes, got 4/,
  ],
  ["a shape too large to count", forged({ w: entry(0, 4, { shape: [2 ** 40, 2 ** 40] }) }, 4), /wrong length/],
  [
    "overlapping tensors",
    forged({ a: entry(0, 4), b: entry(0, 4) }, 4),
    /b begins at the wrong byte; expected 4, got 0/,
  ],
  ["a gap", forged({ a: entry(4, 8) }, 8), /a begins at the wrong byte; expected 0, got 4/],
  ["an offset past the end", forged({ a: entry(0, 4) }, 0), /do not fill the file; expected 4 bytes, got 0/],
  ["bytes that belong to no tensor", forged({ a: entry(0, 4) }, 12), /do not fill the file; expected 4 bytes, got 12/],
];

for (const [what, bytes, message] of hostile) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => decodeSafetensors(bytes, "last.safetensors"),
      (error: unknown) =>
        error instanceof DataError && message.test(error.message) && /last\.safetensors/.test(error.message),
    );
  });
}
