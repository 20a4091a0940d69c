/**
 * NumPy's `.npz`: a zip archive with an array `<name>.npy` for each tensor. An array's header is a line of Python with
 * its type, order and shape (see numpy.lib.format). The header is matched as text, and pickled objects are rejected.
 */
import { DataError } from "../errors/errors.js";
import { formatShape } from "../graph/shape.js";
import { bytesIn, readElements, type ElementTypeName } from "./element-types.js";
import type { StoredTensor } from "./safetensors.js";
import { denseElements } from "./strides.js";
import type { ZipArchive } from "./zip.js";

/** NumPy's type codes. */
const TYPES: Readonly<Record<string, ElementTypeName>> = {
  "<f2": "F16",
  "<f4": "F32",
  "<f8": "F64",
  "<i4": "I32",
  "<i8": "I64",
};
const MAGIC = "\x93NUMPY";
const HEADER = /^\{'descr': (.+), 'fortran_order': (True|False), 'shape': \(((?:\d+, ?)*\d*)\), ?\} *\n$/;
/** NumPy's own limit for the length of a header. */
const MAX_HEADER = 10_000;

export function isNpz({ names }: ZipArchive): boolean {
  return names.length > 0 && names.every((name) => name.endsWith(".npy"));
}

/** @throws DataError if an array is damaged or its type is not supported */
export function decodeNpz(archive: ZipArchive, file: string): Map<string, StoredTensor> {
  return new Map(
    archive.names.map((name) => [name.slice(0, -".npy".length), decodeNpy(archive.read(name), `${file}: ${name}`)]),
  );
}

function decodeNpy(bytes: Uint8Array, where: string): StoredTensor {
  const { header, start } = readHeader(bytes, where);
  const match = HEADER.exec(header);
  if (!match) throw corrupt(where, "its header cannot be read");
  const [, code, order, sizes] = match as unknown as [string, string, string, string];
  const type = readType(code, where);
  const shape = sizes.split(",").flatMap((size) => (size.trim() === "" ? [] : [Number(size)]));
  const expected = bytesIn(type, shape);
  if (bytes.length - start !== expected) {
    throw corrupt(
      where,
      `an array ${formatShape(shape)} has the wrong length`,
      `${expected} bytes`,
      `${bytes.length - start}`,
    );
  }
  try {
    const elements = readElements(type, bytes.subarray(start));
    return { shape, data: order === "True" ? fromFortran(elements, shape) : elements };
  } catch (error) {
    throw corrupt(where, (error as Error).message);
  }
}

/** Converts elements from Fortran order, in which the first axis varies fastest, to row-major order. */
function fromFortran(elements: StoredTensor["data"], shape: readonly number[]): StoredTensor["data"] {
  let stride = 1;
  const strides = shape.map((size) => {
    const own = stride;
    stride *= size;
    return own;
  });
  return denseElements(elements, { shape, strides, offset: 0 });
}

function readHeader(bytes: Uint8Array, where: string): { header: string; start: number } {
  const text = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes.length < 12 || text(0, 6) !== MAGIC) throw corrupt(where, "it is no NumPy array");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = bytes[6]! > 1;
  const at = long ? 12 : 10;
  const length = long ? view.getUint32(8, true) : view.getUint16(8, true);
  if (length > Math.min(MAX_HEADER, bytes.length - at)) throw corrupt(where, "its header is too long");
  return { header: text(at, at + length), start: at + length };
}

function readType(code: string, where: string): ElementTypeName {
  const name = /^'(.*)'$/.exec(code)?.[1] ?? code;
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (type) return type;
  throw new DataError({
    op: "npz",
    problem: `${where}: its element type is not supported`,
    expected: Object.keys(TYPES).join(", "),
    got: name === "|O" ? "Python objects" : name,
    hint: "convert the array before saving it: array.astype('float32')",
  });
}

function corrupt(where: string, problem: string, expected?: string, got?: string): DataError {
  return new DataError({
    op: "npz",
    problem: `${where}: ${problem}`,
    expected,
    got,
    hint: "write the file again with numpy.savez",
  });
}
