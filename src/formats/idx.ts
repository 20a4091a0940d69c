/**
 * IDX, the file format of MNIST (described by its authors at yann.lecun.com/exdb/mnist): two zero bytes, one byte for
 * the element type, one for the number of axes, the size of each axis as a big-endian 32-bit integer, and then the
 * elements in row-major order. Files of unsigned bytes can be read, and QMNIST's labels, which are 32-bit integers.
 */
import { integer, text } from "../errors/kinds.js";
import { bytes } from "../errors/record-kinds.js";
import { Signature, required } from "../errors/signature.js";
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
const INTEGERS = 0x0c;
const types: Readonly<Record<number, string>> = {
  [UNSIGNED_BYTES]: "unsigned bytes",
  0x09: "signed bytes",
  0x0b: "16-bit whole numbers",
  [INTEGERS]: "32-bit whole numbers",
  0x0d: "float32",
  0x0e: "float64",
};

const ofParseIdx = new Signature("parseIdx", [
  required("bytes", bytes),
  required("file", text("the file's name")),
  required("axes", integer(1)),
]);

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
  ofParseIdx.read(arguments);
  return parse(bytes, file, axes, { code: UNSIGNED_BYTES, size: 1 });
}

/**
 * Reads the classes of images: bytes [N] or, in QMNIST's files, 32-bit integers [N, k], of which the first of each row
 * is the class and the others say where the image comes from.
 * @returns the classes, [N]
 * @throws DataError as parseIdx does, and for classes that no byte can hold
 */
export function parseLabels(bytes: Uint8Array, file: string): IdxArray {
  if (bytes[2] !== INTEGERS || bytes[3] !== 2) return parseIdx(bytes, file, 1);
  const { shape, data, dataOffset } = parse(bytes, file, 2, { code: INTEGERS, size: 4 });
  const [count, columns] = shape as [number, number];
  const elements = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const labels = Uint8Array.from({ length: columns === 0 ? 0 : count }, (_, row) => {
    const label = elements.getInt32(4 * row * columns);
    if (label >= 0 && label <= 255) return label;
    throw new DataError({
      op: file,
      problem: `at offset ${dataOffset + 4 * row * columns}: label ${row} is out of range`,
      expected: "0 to 255",
      got: String(label),
      hint: "the first number of each row must be the image's class, as in QMNIST's files",
    });
  });
  return { file, shape: [labels.length], data: labels, dataOffset };
}

/** Reads a file whose elements have a type, with its code and its size in bytes. The elements are returned as bytes. */
function parse(
  bytes: Uint8Array,
  file: string,
  axes: number,
  { code, size: elementSize }: { readonly code: number; readonly size: number },
): IdxArray {
  const refuse = (offset: number, problem: string, expected: string, got: string, hint: string): DataError =>
    new DataError({ op: file, problem: `at offset ${offset}: ${problem}`, expected, got, hint });
  const hex = (from: number, to: number): string =>
    Array.from(bytes.subarray(from, to), (byte) => byte.toString(16).padStart(2, "0")).join(" ");

  const dataOffset = 4 + 4 * axes;
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) {
    const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const hint = gzip
      ? "the file is compressed: decompress it first, as gunzipSync of node:zlib does"
      : "this is not an IDX file: find the right one";
    throw refuse(
      0,
      "the file does not begin like an IDX file",
      `00 00 0${code.toString(16)} 0${axes}`,
      hex(0, 4) || "an empty file",
      hint,
    );
  }
  const type = bytes[2]!;
  if (type !== code) {
    const got = `${hex(2, 3)} (${types[type] ?? "an unknown type"})`;
    throw refuse(
      2,
      "wrong element type",
      `0${code.toString(16)} (${types[code]})`,
      got,
      "this file belongs to another dataset",
    );
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
  const size = dataOffset + elementSize * sizeOf(shape);
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
