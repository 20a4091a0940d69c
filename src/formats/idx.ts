/**
 * IDX, the file format of MNIST (described by its authors at yann.lecun.com/exdb/mnist): two zero bytes, one byte for
 * the element type, one for the number of axes, the size of each axis as a big-endian 32-bit integer, and then the
 * elements in row-major order. Only files of unsigned bytes can be read.
 */
import { DataError } from "../errors/errors.js";
import { formatShape, sizeOf, type Shape } from "../graph/shape.js";

/** The content of an IDX file. */
export interface IdxArray {
  /** The file's name, for messages. */
  readonly file: string;
  /** The size of each axis. */
  readonly shape: Shape;
  /** The elements, row-major. */
  readonly data: Uint8Array;
  /** Where the elements begin in the file, in bytes. */
  readonly dataOffset: number;
}

const UNSIGNED_BYTES = 0x08;
const otherTypes: Readonly<Record<number, string>> = {
  0x09: "signed bytes",
  0x0b: "16-bit whole numbers",
  0x0c: "32-bit whole numbers",
  0x0d: "float32",
  0x0e: "float64",
};

/**
 * Reads a file in MNIST's format, IDX, which holds unsigned bytes. Nothing is copied.
 * @param bytes the whole file, not compressed
 * @param file its name, for messages
 * @param axes the number of axes that it must have: 3 for images, 1 for labels
 * @returns shape and elements
 * @throws DataError, with the position in the file, if it has another format, is truncated, or has extra bytes at its
 *   end
 * @example
 * const labels = parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1), "labels", 1);
 * labels.shape; // [3]
 * labels.data; // [7, 2, 1]
 */
export function parseIdx(bytes: Uint8Array, file: string, axes: number): IdxArray {
  const refuse = (offset: number, problem: string, expected: string, got: string, hint: string): DataError =>
    new DataError({ op: file, problem: `at offset ${offset}: ${problem}`, expected, got, hint });
  const hex = (from: number, to: number): string =>
    Array.from(bytes.subarray(from, to), (byte) => byte.toString(16).padStart(2, "0")).join(" ");

  const dataOffset = 4 + 4 * axes;
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) {
    const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const hint = gzip
      ? "the file is compressed: rename it so that its name ends in .gz"
      : "this is not an IDX file: find the right one";
    throw refuse(
      0,
      "the file does not begin like an IDX file",
      `00 00 08 0${axes}`,
      hex(0, 4) || "an empty file",
      hint,
    );
  }
  const type = bytes[2]!;
  if (type !== UNSIGNED_BYTES) {
    const got = `${hex(2, 3)} (${otherTypes[type] ?? "an unknown type"})`;
    throw refuse(2, "wrong element type", "08 (unsigned bytes)", got, "this file belongs to another dataset");
  }
  if (bytes[3] !== axes) {
    const hint = "images have 3 axes and labels 1: the two files may be swapped";
    throw refuse(3, "wrong number of axes", String(axes), String(bytes[3]), hint);
  }
  const broken = "the file is truncated: download it again";
  if (bytes.length < dataOffset) {
    throw refuse(bytes.length, "the header ends early", `${dataOffset} bytes`, `${bytes.length}`, broken);
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset, dataOffset);
  const shape = Array.from({ length: axes }, (_, axis) => header.getUint32(4 + 4 * axis));
  const size = dataOffset + sizeOf(shape);
  const expected = `${size} bytes for ${formatShape(shape)}`;
  if (bytes.length < size) throw refuse(bytes.length, "the elements end early", expected, `${bytes.length}`, broken);
  if (bytes.length > size) {
    throw refuse(
      size,
      "there are extra bytes after the last element",
      expected,
      `${bytes.length}`,
      "the file is damaged: download it again",
    );
  }
  return { file, shape, data: bytes.subarray(dataOffset), dataOffset };
}
