/**
 * The element types in files, under safetensors' names, and how they are converted to float32 or int32. Half floats are
 * exact in float32, float64 is rounded to float32 (as in PyTorch's `copy_`), and an int64 must fit into 32 bits. All
 * bytes are little-endian, like WebAssembly and every machine that Node runs on.
 */
import type { HostArray } from "../graph/node.js";
import { sizeOf, type Shape } from "../graph/shape.js";

interface ElementType {
  /** The number of bytes per element. */
  readonly bytes: number;
  readonly read: (source: DataView, count: number) => HostArray;
}

const each = (bytes: number, at: (source: DataView, offset: number) => number): ElementType => ({
  bytes,
  read: (source, count) => Float32Array.from({ length: count }, (_, i) => at(source, i * bytes)),
});

const types = {
  F64: each(8, (source, offset) => source.getFloat64(offset, true)),
  F32: { bytes: 4, read: (source, count) => new Float32Array(copyOf(source), 0, count) },
  F16: each(2, (source, offset) => halfToNumber(source.getUint16(offset, true))),
  BF16: { bytes: 2, read: readBrainFloats },
  I64: { bytes: 8, read: readLongs },
  I32: { bytes: 4, read: (source, count) => new Int32Array(copyOf(source), 0, count) },
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
 * @throws RangeError for an int64 that does not fit into 32 bits
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

function readLongs(source: DataView, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => {
    const low = source.getInt32(8 * i, true);
    if (source.getInt32(8 * i + 4, true) === low >> 31) return low;
    throw new RangeError(`${source.getBigInt64(8 * i, true)} does not fit into 32 bits`);
  });
}
