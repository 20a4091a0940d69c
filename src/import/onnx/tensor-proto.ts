/** ONNX's TensorProto: the constants in a graph, as float32 elements or integers. */
import { TensorProto_DataLocation, TensorProto_DataType, type TensorProto } from "onnx-buf";
import { formatShape, sizeOf } from "../../graph/shape.js";
import { bytesIn, readElements, type ElementTypeName } from "../../formats/element-types.js";
import { Numbers } from "./values.js";
import { counted } from "../../text/counted.js";

/** Floats, dense and row-major. */
export interface Floats {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Constant = Floats | Numbers;

/** Returns the content of a file beside the model. */
export type ReadExternal = (location: string) => Uint8Array;

const MAX_AXES = 64;
type Kind = TensorProto_DataType;
const { FLOAT, DOUBLE, FLOAT16, BFLOAT16, INT64, INT32, BOOL, UINT8, INT8 } = TensorProto_DataType;

const floatTypes: { readonly [K in Kind]?: ElementTypeName } = {
  [FLOAT]: "F32",
  [DOUBLE]: "F64",
  [FLOAT16]: "F16",
  [BFLOAT16]: "BF16",
};

const NARROW: readonly number[] = [INT8, UINT8];

interface WholeType {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

/** How the raw bytes of integers are read. */
const wholeTypes: { readonly [K in Kind]?: WholeType } = {
  [INT64]: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  [INT32]: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  [BOOL]: { bytes: 1, read: (view, at) => Number(view.getUint8(at) !== 0) },
  [UINT8]: { bytes: 1, read: (view, at) => view.getUint8(at) },
  [INT8]: { bytes: 1, read: (view, at) => view.getInt8(at) },
};

/**
 * @param refuse throws the error, which names the tensor and the file
 * @param read reads a file beside the model, if that is possible
 */
export function decodeTensorProto(
  given: TensorProto,
  refuse: (problem: string) => never,
  read?: ReadExternal,
): Constant {
  const proto = isExternal(given) ? { ...given, rawData: new Uint8Array(externalBytes(given, refuse, read)) } : given;
  const { segment, dataType: kind } = proto;
  const shape = proto.dims.map(Number);
  if (shape.length > MAX_AXES || !shape.every((size) => Number.isSafeInteger(size) && size >= 0) || segment) {
    return refuse(`its shape ${formatShape(shape.slice(0, MAX_AXES))} is impossible`);
  }
  const floats = floatTypes[kind as Kind];
  if (floats) return { shape, data: readFloats(proto, floats, shape, refuse) };
  const whole = wholeTypes[kind as Kind];
  if (whole) return new Numbers(shape, readIntegers(proto, whole, sizeOf(shape), refuse), NARROW.includes(kind));
  return refuse(`its element type ${TensorProto_DataType[kind] ?? kind} is not supported`);
}

/** Whether the elements lie in a file beside the model. */
export function isExternal({ dataLocation, externalData }: TensorProto): boolean {
  return dataLocation === TensorProto_DataLocation.EXTERNAL || externalData.length > 0;
}

/** Reads the elements that lie in a file beside the model: the location, where they begin, and how many bytes they take. */
export function externalBytes(proto: TensorProto, refuse: (problem: string) => never, read?: ReadExternal): Uint8Array {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get("location") ?? refuse("its elements are in another file, which is not named");
  // A name that leads out of the model's folder, on any system.
  if (/^[\\/]|^[A-Za-z]:|(^|[\\/])\.\.([\\/]|$)|\0/.test(location)) {
    return refuse(`its elements are in "${location}", which is not inside the model's folder`);
  }
  if (!read) return refuse(`its elements are in another file, "${location}": pass { externalData } to read it`);
  const file = read(location);
  const [offset, length] = [Number(entries.get("offset") ?? 0), entries.get("length")];
  const end = length === undefined ? file.length : offset + Number(length);
  if (!(
    Number.isSafeInteger(offset) &&
    offset >= 0 &&
    Number.isSafeInteger(end) &&
    end >= offset &&
    end <= file.length
  )) {
    return refuse(`its elements are at bytes ${offset} to ${end} of "${location}", which has ${file.length}`);
  }
  return file.subarray(offset, end);
}

function readFloats(
  { rawData, floatData, doubleData, int32Data }: TensorProto,
  type: ElementTypeName,
  shape: readonly number[],
  refuse: (problem: string) => never,
): Float32Array {
  if (rawData.length > 0) {
    const expected = bytesIn(type, shape);
    if (rawData.length === expected) return readElements(type, rawData) as Float32Array;
    return refuse(`its shape ${formatShape(shape)} takes ${expected} bytes, but it has ${rawData.length}`);
  }
  // Half floats without raw bytes are stored as 16 bits in an int32 each.
  const listed = { F32: floatData, F64: doubleData }[type as string] ?? int32Data;
  if (listed.length !== sizeOf(shape)) {
    return refuse(
      `its shape ${formatShape(shape)} has ${counted(sizeOf(shape), "element")}, but it lists ${listed.length}`,
    );
  }
  if (listed !== int32Data) return Float32Array.from(listed);
  return readElements(type, new Uint8Array(Uint16Array.from(int32Data).buffer)) as Float32Array;
}

function readIntegers(
  { rawData, int64Data, int32Data, dataType }: TensorProto,
  { bytes, read }: WholeType,
  size: number,
  refuse: (problem: string) => never,
): number[] {
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const listed = (dataType as Kind) === INT64 ? int64Data : int32Data;
  const count = rawData.length > 0 ? rawData.length / bytes : listed.length;
  if (count !== size) return refuse(`it should have ${counted(size, "element")}, but has ${count}`);
  if (rawData.length > 0) return Array.from({ length: count }, (_, i) => read(view, i * bytes));
  return listed.map((value) => ((dataType as Kind) === BOOL ? Number(value !== 0) : Number(value)));
}
