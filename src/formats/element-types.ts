/**
 * The element types in files, under safetensors' names, and how they are converted to float32 or int32. Half floats are
 * exact in float32, float64 is rounded to float32 (as in PyTorch's `copy_`), and integers must fit into 32 bits; a bool
 * is 0 or 1. All bytes are little-endian, like WebAssembly and every machine that Node runs on.
 */
import type { HostArray } from "../graph/node.js";
import { sizeOf, type Shape } from "../graph/shape.js";

interface ElementType {
  /** The number of bytes per element. */
  readonly bytes: number;
  readonly read: (source: DataView, count: number) => HostArray;
}

const floats = (bytes: number, at: (source: DataView, offset: number) => number): ElementType => ({
  bytes,
  read: (source, count) => Float32Array.from({ length: count }, (_, i) => at(source, i * bytes)),
});

const integers = (bytes: number, at: (source: DataView, offset: number) => number | bigint): ElementType => ({
  bytes,
  read: (source, count) => Int32Array.from({ length: count }, (_, i) => fitting(at(source, i * bytes))),
});

const types = {
  F64: floats(8, (source, offset) => source.getFloat64(offset, true)),
  F32: { bytes: 4, read: (source, count) => new Float32Array(copyOf(source), 0, count) },
  F16: floats(2, (source, offset) => halfToNumber(source.getUint16(offset, true))),
  BF16: { bytes: 2, read: readBrainFloats },
  I64: integers(8, (source, offset) => source.getBigInt64(offset, true)),
  U64: integers(8, (source, offset) => source.getBigUint64(offset, true)),
  I32: { bytes: 4, read: (source, count) => new Int32Array(copyOf(source), 0, count) },
  U32: integers(4, (source, offset) => source.getUint32(offset, true)),
  I16: integers(2, (source, offset) => source.getInt16(offset, true)),
  U16: integers(2, (source, offset) => source.getUint16(offset, true)),
  I8: integers(1, (source, offset) => source.getInt8(offset)),
  U8: integers(1, (source, offset) => source.getUint8(offset)),
  BOOL: integers(1, (source, offset) => Number(source.getUint8(offset) !== 0)),
} as const satisfies Record<string, ElementType>;

/** The name of an element type, such as `F32` or `I64`. */
export type ElementTypeName = keyof typeof types;
export const elementTypeNames = Object.keys(types) as readonly ElementTypeName[];

export function isElementType(name: string): name is ElementTypeName {
  return Object.hasOwn(types, name);
}

/**
 * The number of bytes that a dense tensor takes in a file. It is inexact for absurdly large sizes, but never too small.
 */
export function bytesIn(type: ElementTypeName, shape: Shape): number {
  return types[type].bytes * sizeOf(shape);
}

/**
 * Reads the elements in these bytes, which need not be aligned.
 * @throws RangeError for an integer that does not fit into 32 bits
 */
export function readElements(type: ElementTypeName, bytes: Uint8Array): HostArray {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return types[type].read(source, bytes.byteLength / types[type].bytes);
}

/** Copies the bytes into a new buffer, because a typed array must begin at a multiple of its element size. */
function copyOf({ buffer, byteOffset, byteLength }: DataView): ArrayBuffer {
  return new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength)).buffer;
}

/** Converts IEEE 754's binary16: a sign bit, 5 exponent bits and 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** Reads bfloat16 elements. A bfloat16 is the upper half of a float32. */
function readBrainFloats(source: DataView, count: number): Float32Array {
  const bits = Uint32Array.from({ length: count }, (_, i) => source.getUint16(2 * i, true) << 16);
  return new Float32Array(bits.buffer);
}

function fitting(value: number | bigint): number {
  const number = Number(value);
  if (number === Math.max(-(2 ** 31), Math.min(number, 2 ** 31 - 1))) return number;
  throw new RangeError(`${value} does not fit into 32 bits`);
}

/** PyTorch's counters are int64. */
const COUNTER = /(^|\.)num_batches_tracked$/;

/** The type of a tensor's elements in a file. Integers are int32, except for those that PyTorch has as int64. */
export function typeInFile(name: string, data: HostArray): "F32" | "I32" | "I64" {
  if (data instanceof Float32Array) return "F32";
  return COUNTER.test(name) ? "I64" : "I32";
}

/** The bytes of elements as this type. */
export function writeElements(type: ReturnType<typeof typeInFile>, data: HostArray): Uint8Array {
  return bytesOf(type === "I64" ? BigInt64Array.from(data, BigInt) : data);
}

/** Returns a typed array's memory as bytes. WebAssembly and all machines that Node runs on are little-endian. */
export function bytesOf({ buffer, byteOffset, byteLength }: HostArray | BigInt64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
