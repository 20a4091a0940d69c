/**
 * Hugging Face's safetensors format (huggingface.co/docs/safetensors): 8 bytes with the header's length
 * (little-endian), a JSON header with the type, shape and position of every tensor, and then the elements. The whole
 * file is checked before anything is read from it, because it may be truncated, of another format, or malicious.
 */
import { text } from "../errors/kinds.js";
import { bytes, recordWith } from "../errors/record-kinds.js";
import { Signature, required } from "../errors/signature.js";
import { DataError } from "../errors/errors.js";
import type { HostArray } from "../graph/node.js";
import { formatShape, type Shape } from "../graph/shape.js";
import {
  bytesIn,
  elementTypeNames,
  isElementType,
  readElements,
  typeInFile,
  writeElements,
  type ElementTypeName,
} from "./element-types.js";
import { decodeText, encodeText } from "./utf8.js";

/** A tensor as plain data. */
export interface StoredTensor {
  /** The size of each axis. */
  readonly shape: Shape;
  /** The elements, row-major. */
  readonly data: HostArray;
}

/** The content of a safetensors file. */
export interface SafetensorsFile {
  /** The tensors by name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Strings by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: ElementTypeName;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Whether bytes begin like this format: the header's length, and an object in JSON, before which white space may stand. */
export function isSafetensors(bytes: Uint8Array): boolean {
  const first = bytes.subarray(8).find((byte) => !" \t\r\n".includes(String.fromCharCode(byte)));
  return first === "{".charCodeAt(0);
}

/** The reference implementation's limit for a header, in bytes. */
const MAX_HEADER = 100_000_000;

const ofEncodeSafetensors = new Signature("encodeSafetensors", [
  required("file", recordWith("{ tensors, metadata }", "tensors", "metadata")),
]);

/**
 * Writes tensors in Hugging Face's format (huggingface.co/docs/safetensors).
 * @param file the tensors, in their order, and strings
 * @returns the bytes of the file
 * @throws DataError for a tensor called `__metadata__`, which the format reserves
 * @example
 * const tensors = new Map([["bias", { shape: [2], data: Float32Array.of(1, 2) }]]);
 * const bytes = encodeSafetensors({ tensors, metadata: { format: "pt" } });
 * decodeSafetensors(bytes, "net.safetensors").metadata; // { format: "pt" }
 */
export function encodeSafetensors(file: SafetensorsFile): Uint8Array {
  ofEncodeSafetensors.read(arguments);
  const { tensors, metadata } = file;
  if (tensors.has("__metadata__")) {
    const problem = 'the format reserves the name "__metadata__", so no tensor can have it';
    throw new DataError({ op: "safetensors", problem, hint: "rename the parameter or buffer" });
  }
  const header: [string, unknown][] = [["__metadata__", metadata]];
  let end = 0;
  const parts: Uint8Array[] = [];
  for (const [name, { shape, data }] of tensors) {
    const dtype = typeInFile(name, data);
    const part = writeElements(dtype, data);
    header.push([name, { dtype, shape, data_offsets: [end, (end += part.length)] }]);
    parts.push(part);
  }
  const text = encodeText(JSON.stringify(Object.fromEntries(header)));
  // The header is padded with spaces, so that the elements begin at a multiple of eight bytes.
  const start = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(start + end).fill(0x20, 0, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(text, 8);
  let at = start;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const ofDecodeSafetensors = new Signature("decodeSafetensors", [
  required("bytes", bytes),
  required("file", text("the file's name")),
]);

/**
 * Reads a safetensors file. It is checked as a whole before anything is taken from it.
 * @param bytes the file
 * @param file its name, for errors
 * @returns the tensors in the order of their elements, floats as float32 and integers as int32; and the strings
 * @throws DataError if the bytes are not a complete and consistent safetensors file
 * @example
 * import { readFileSync } from "node:fs";
 * const { tensors } = decodeSafetensors(readFileSync("runs/first/best.safetensors"), "best.safetensors");
 * tensors.get("conv1.weight")!.shape; // [8, 1, 3, 3]
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): SafetensorsFile {
  ofDecodeSafetensors.read(arguments);
  const { header, start } = readHeader(bytes, file);
  const metadata = checkMetadata(header["__metadata__"] ?? {}, file);
  const entries = Object.entries(header).filter(([name]) => name !== "__metadata__");
  const checked = entries.map(([name, entry]) => [name, checkEntry(name, entry, file)] as const);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, data_offsets }] of inOrder(checked, bytes.length - start, file)) {
    const elements = bytes.subarray(start + data_offsets[0], start + data_offsets[1]);
    try {
      tensors.set(name, { shape, data: readElements(dtype, elements) });
    } catch (error) {
      throw corrupt(file, `${name}: ${(error as Error).message}`);
    }
  }
  return { tensors, metadata };
}

function corrupt(
  file: string,
  problem: string,
  expected?: string,
  got?: string,
  hint = "the file is truncated, damaged or not a safetensors file; use another checkpoint",
): DataError {
  return new DataError({
    op: "safetensors",
    problem: `${file}: ${problem}`,
    expected,
    got,
    hint,
  });
}

function readHeader(bytes: Uint8Array, file: string): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) throw corrupt(file, "the file is too short", "at least 8 bytes", String(bytes.length));
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  const room = Math.min(bytes.length - 8, MAX_HEADER);
  if (length > BigInt(room)) {
    throw corrupt(file, "the header is longer than the file", `at most ${room} bytes`, String(length));
  }
  const start = 8 + Number(length);
  try {
    const text = decodeText(bytes.subarray(8, start), { fatal: true });
    const header: unknown = JSON.parse(text);
    if (isRecord(header)) return { header, start };
  } catch {
    // The error is thrown below, as for JSON that is not an object.
  }
  throw corrupt(file, "the header is not a JSON object");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkMetadata(metadata: unknown, file: string): Record<string, string> {
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw corrupt(file, "__metadata__ has the wrong form", "an object of strings");
  }
  return metadata as Record<string, string>;
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function checkEntry(name: string, entry: unknown, file: string): Entry {
  const { dtype, shape, data_offsets: place } = isRecord(entry) ? entry : {};
  const lists = Array.isArray(shape) && shape.every(isSize) && Array.isArray(place) && place.every(isSize);
  if (typeof dtype !== "string" || !lists || place.length !== 2) {
    throw corrupt(file, `the entry of ${name} has the wrong form`, "dtype, shape and two data_offsets");
  }
  if (!isElementType(dtype)) {
    const hint = "convert it before saving: tensor.float()";
    throw corrupt(file, `${name} has an element type that is not supported`, elementTypeNames.join(", "), dtype, hint);
  }
  const [begin, end] = place;
  const size = bytesIn(dtype, shape);
  if (end! - begin! !== size) {
    const shown = formatShape(shape);
    throw corrupt(file, `${name} of shape ${shown} has the wrong length`, `${size} bytes`, String(end! - begin!));
  }
  return { dtype, shape, data_offsets: [begin!, end!] };
}

/** Sorts the entries by position. They must follow each other without gaps and fill the rest of the file. */
function inOrder(entries: readonly (readonly [string, Entry])[], length: number, file: string) {
  let end = 0;
  const ordered = [...entries].sort(
    ([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1], // an empty one first
  );
  for (const [name, { data_offsets: place }] of ordered) {
    if (place[0] !== end) throw corrupt(file, `${name} begins at the wrong byte`, String(end), String(place[0]));
    end = place[1];
  }
  if (end !== length) throw corrupt(file, "the elements do not fill the file", `${end} bytes`, String(length));
  return ordered;
}
