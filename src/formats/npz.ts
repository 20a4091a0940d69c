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

/** NumPy's type codes, without the byte order. */
const TYPES: Readonly<Record<string, ElementTypeName>> = {
  f2: "F16",
  f4: "F32",
  f8: "F64",
  i1: "I8",
  i2: "I16",
  i4: "I32",
  i8: "I64",
  u1: "U8",
  u2: "U16",
  u4: "U32",
  u8: "U64",
  b1: "BOOL",
};
const MAGIC = "\x93NUMPY";
/** The keys of a header, in any order. Python 2 wrote long integers with an L. */
const SHAPE = /^\(((?:\d+L?, ?)*(?:\d+L?)?)\)/;
const FIELD = /^\s*(?:'(descr|fortran_order|shape)'|"(descr|fortran_order|shape)")\s*:\s*/;
/** NumPy's own limit for the length of a header. */
const MAX_HEADER = 10_000;

export function isNpz({ names }: ZipArchive): boolean {
  return names.every((name) => name.endsWith(".npy"));
}

/**
 * Arrays of text, dates or Python objects beside those of numbers are left out, with a notice: they are no weights.
 * @throws DataError if an array is damaged or its type is not supported
 */
export function decodeNpz(
  archive: ZipArchive,
  file: string,
  notice: (text: string) => void,
): Map<string, StoredTensor> {
  const arrays = archive.names.map((name) => {
    const [bytes, where] = [archive.read(name), `${file}: ${name}`];
    const { text, start } = readHeader(bytes, where);
    return { name: name.slice(0, -".npy".length), where, elements: bytes.subarray(start), ...parseHeader(text, where) };
  });
  const numeric = arrays.filter(({ code }) => !isWithoutNumbers(code));
  if (numeric.length > 0 && numeric.length < arrays.length) {
    const others = arrays.filter(({ code }) => isWithoutNumbers(code));
    notice(
      `left out what is not a tensor: ${others.map(({ name, code }) => `"${name}" (${kindOf(code)})`).join(", ")}`,
    );
  }
  return new Map(
    (numeric.length > 0 ? numeric : arrays).map(({ name, elements, code, isFortran, shape, where }) => [
      name,
      readArray(elements, code, isFortran, shape, where),
    ]),
  );
}

/** Whether a type holds text, bytes, dates or Python objects. */
export function isWithoutNumbers(code: string): boolean {
  return /^['"][<>|=]?[OUSMm]/.test(code);
}

/**
 * Reads the elements of an array.
 * @param code the element type as Python, with its byte order: `'<f4'`
 * @param isFortran whether the first axis varies fastest
 */
export function readArray(
  bytes: Uint8Array,
  code: string,
  isFortran: boolean,
  shape: readonly number[],
  where: string,
): StoredTensor {
  const { type, isBigEndian } = readType(code, where);
  const expected = bytesIn(type, shape);
  if (bytes.length !== expected) {
    const problem = `an array ${formatShape(shape)} has the wrong length`;
    throw corrupt(where, problem, `${expected} bytes`, `${bytes.length}`);
  }
  try {
    const elements = readElements(type, isBigEndian ? swapped(bytes, bytesIn(type, [])) : bytes);
    return { shape, data: isFortran ? fromFortran(elements, shape) : elements };
  } catch (error) {
    throw corrupt(where, (error as Error).message);
  }
}

/** Reverses the bytes of each element. */
function swapped(bytes: Uint8Array, size: number): Uint8Array {
  return bytes.map((_, at) => bytes[at - (at % size) + size - 1 - (at % size)]!);
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

/** Returns the header as text, and where the elements begin. Versions 2 and 3 have a longer length; 3 is UTF-8. */
function readHeader(bytes: Uint8Array, where: string): { text: string; start: number } {
  const latin = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes.length < 12 || latin(0, 6) !== MAGIC) throw corrupt(where, "it is no NumPy array");
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw corrupt(where, "its version is not known", "1, 2 or 3", `${version}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = version > 1 ? 12 : 10;
  const length = version > 1 ? view.getUint32(8, true) : view.getUint16(8, true);
  if (length > Math.min(MAX_HEADER, bytes.length - at)) throw corrupt(where, "its header is too long");
  return { text: latin(at, at + length), start: at + length };
}

interface Header {
  /** The element type as Python: a string, or a list for records. */
  readonly code: string;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
}

/** Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`. */
function parseHeader(text: string, where: string): Header {
  const fields = new Map<string, string>();
  let rest = text.trim();
  const take = (pattern: RegExp): string | undefined => {
    const found = pattern.exec(rest);
    if (found) rest = rest.slice(found[0].length);
    return found?.[1] ?? found?.[2] ?? found?.[0];
  };
  take(/^\{/);
  for (let name = take(FIELD); name !== undefined; name = take(FIELD)) {
    const value =
      name === "shape" ? take(SHAPE) : name === "descr" ? take(/^(?:'[^']*'|"[^"]*"|\[.*\])/) : take(/^(?:True|False)/);
    if (value === undefined || fields.has(name)) break;
    fields.set(name, value);
    take(/^\s*,/);
  }
  const [code, order, sizes] = ["descr", "fortran_order", "shape"].map((name) => fields.get(name));
  if (!/^\s*\}$/.test(rest) || code === undefined || order === undefined || sizes === undefined) {
    throw corrupt(where, "its header cannot be read", "descr, fortran_order and shape", text.trim().slice(0, 80));
  }
  const shape = sizes.split(",").flatMap((size) => (size.trim() === "" ? [] : [Number.parseInt(size, 10)]));
  return { code, isFortran: order === "True", shape };
}

function readType(code: string, where: string): { readonly type: ElementTypeName; readonly isBigEndian: boolean } {
  const [, order, name = ""] = /^['"]([<>|=])(\w+)['"]$/.exec(code) ?? [];
  const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (type) return { type, isBigEndian: order === ">" };
  throw new DataError({
    op: "npz",
    problem: `${where}: its element type is not supported`,
    expected: `floats, integers or bools (${Object.keys(TYPES).join(", ")})`,
    got: kindOf(code),
    hint: "convert the array before saving it: array.astype('float32')",
  });
}

const KINDS: Readonly<Record<string, string>> = {
  O: "Python objects",
  U: "text",
  S: "text",
  V: "bytes without a type (such as bfloat16)",
  c: "complex numbers",
  M: "dates",
  m: "durations",
  g: "floats of more than 64 bits",
};

/** Names a type that cannot be read, with NumPy's code. */
function kindOf(code: string): string {
  if (code.startsWith("[")) return `records ${code}`;
  const letter = /^['"][<>|=]?(\w)/.exec(code)?.[1] ?? "";
  const isLong = letter === "f" && !/f[248]\b/.test(code);
  const kind = KINDS[isLong ? "g" : letter];
  return kind === undefined ? code : `${kind} (${code})`;
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
