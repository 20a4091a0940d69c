import assert from "node:assert/strict";
import { test } from "node:test";
import { parseIdx } from "./idx.js";

/** Two images of 2×3. */
const header = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3];
const elements = Array.from({ length: 12 }, (_, i) => 250 - i);
const file = Uint8Array.from([...header, ...elements]);

test("parseIdx returns shape and elements without a copy, even from the middle of a buffer", () => {
  const buffer = Uint8Array.from([9, 9, ...file]);
  const { shape, data, dataOffset } = parseIdx(buffer.subarray(2), "images", 3);
  assert.deepEqual(shape, [2, 2, 3]);
  assert.deepEqual(Array.from(data), elements);
  assert.equal(dataOffset, 16);
  assert.equal(data.buffer, buffer.buffer);
});

test("parseIdx reads all four bytes of a size", () => {
  const labels = new Uint8Array(8 + 0x10203);
  labels.set([0, 0, 8, 1, 0, 1, 2, 3]);
  assert.deepEqual(parseIdx(labels, "labels", 1).shape, [0x10203]);
});

function changed(offset: number, ...bytes: number[]): Uint8Array {
  const copy = file.slice();
  copy.set(bytes, offset);
  return copy;
}

const refusals: readonly [what: string, bytes: Uint8Array, message: string][] = [
  [
    "an empty file",
    new Uint8Array(0),
    "f: at offset 0: the file does not begin like an IDX file; expected 00 00 08 03, got an empty file. " +
      "Hint: this is not an IDX file: find the right one.",
  ],
  [
    "a file of another format",
    changed(0, 0x89, 0x50, 0x4e, 0x47),
    "f: at offset 0: the file does not begin like an IDX file; expected 00 00 08 03, got 89 50 4e 47. " +
      "Hint: this is not an IDX file: find the right one.",
  ],
  [
    "a compressed file",
    changed(0, 0x1f, 0x8b),
    "f: at offset 0: the file does not begin like an IDX file; expected 00 00 08 03, got 1f 8b 08 03. " +
      "Hint: the file is compressed: decompress it first, as gunzipSync of node:zlib does.",
  ],
  [
    "elements of another type",
    changed(2, 0x0d),
    "f: at offset 2: wrong element type; expected 08 (unsigned bytes), got 0d (float32). " +
      "Hint: this file belongs to another dataset.",
  ],
  [
    "elements of an unknown type",
    changed(2, 0x42),
    "f: at offset 2: wrong element type; expected 08 (unsigned bytes), got 42 (an unknown type). " +
      "Hint: this file belongs to another dataset.",
  ],
  [
    "labels instead of images",
    changed(3, 1),
    "f: at offset 3: wrong number of axes; expected 3, got 1. " +
      "Hint: images have 3 axes and labels 1: the two files may be swapped.",
  ],
  [
    "half a header",
    file.subarray(0, 11),
    "f: at offset 11: the header ends early; expected 16 bytes, got 11. Hint: the file is truncated: download it again.",
  ],
  [
    "a truncated file",
    file.subarray(0, 27),
    "f: at offset 27: the elements end early; expected 28 bytes for [2,2,3], got 27. " +
      "Hint: the file is truncated: download it again.",
  ],
  [
    "trailing bytes",
    Uint8Array.from([...file, 1, 2]),
    "f: at offset 28: there are extra bytes after the last element; expected 28 bytes for [2,2,3], got 30. " +
      "Hint: the file is damaged: download it again.",
  ],
];
for (const [what, bytes, message] of refusals) {
  test(`refused: ${what}`, () => assert.throws(() => parseIdx(bytes, "f", 3), { name: "DataError", message }));
}
