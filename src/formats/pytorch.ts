/**
 * PyTorch's `.pt` files, as `torch.save(model.state_dict(), file)` writes them. A pickle gives the storage, offset,
 * shape and strides of each tensor. Since PyTorch 1.6 it lies in a zip archive, with a file `data/<key>` for each
 * storage; before that, the storages follow it. The pickle is never executed (see pickle.ts).
 */
import { formatShape, sizeOf } from "../graph/shape.js";
import { bytesIn, elementTypeNames, readElements } from "./element-types.js";
import { describeValue, readPickle, type PickleValue } from "./pickle.js";
import { NumpyArray } from "./pickled-numpy.js";
import { pytorchEnvironment, refuse, StorageView, type Storage } from "./pytorch-pickle.js";
import type { StoredTensor } from "./safetensors.js";
import { findStateDict, isTensor, type FoundDict } from "./state-dict-search.js";
import { denseElements, reachOf } from "./strides.js";
import { maximumBytes, type ZipArchive } from "./zip.js";
import { decodeText } from "./utf8.js";

/** Takes a sentence about what a file holds besides the tensors. */
export type Notice = (text: string) => void;

export function isPyTorch({ names }: ZipArchive): boolean {
  return names.some((name) => name.endsWith("/data.pkl"));
}

/** @throws DataError if the file is damaged, or contains tensors that cannot be read */
export function decodePyTorch(archive: ZipArchive, file: string, notice: Notice): Map<string, StoredTensor> {
  const pickle = archive.names.find((name) => name.endsWith("/data.pkl"))!;
  const root = pickle.slice(0, -"data.pkl".length);
  if (archive.has(`${root}constants.pkl`)) {
    const hint = "write its state: torch.save(torch.jit.load(file).state_dict(), other)";
    throw refuse(file, "it is a TorchScript program, not a state dict", undefined, undefined, hint);
  }
  checkByteOrder(archive, root, file);
  const { value } = readPickle(archive.read(pickle), `${file}: ${pickle}`, pytorchEnvironment(file));
  return readTensors(findStateDict(value, file), (key) => archive.read(`${root}data/${key}`), file, notice);
}

/** What the first of the pickles holds, an integer: 0x1950a86a20f9469cfc6c. */
const LEGACY_MAGIC = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/** From protocol 4 on, the length of the pickle stands before it. */
const FRAME = 0x95;

/** Whether it is a file of PyTorch before 1.6, or one that was written with `_use_new_zipfile_serialization=False`. */
export function isLegacyPyTorch(bytes: Uint8Array): boolean {
  const start = bytes[2] === FRAME ? 11 : 2;
  return bytes[0] === 0x80 && LEGACY_MAGIC.every((byte, i) => bytes[start + i] === byte);
}

/** The bytes per element of storages that cannot be read, but may stand between others. */
const OTHER_SIZES: Readonly<Record<string, number>> = {
  "torch.ComplexFloatStorage": 8,
  "torch.ComplexDoubleStorage": 16,
  "torch.QInt8Storage": 1,
  "torch.QUInt8Storage": 1,
  "torch.QInt32Storage": 4,
};

/** Five pickles (a magic number, a version, facts about the machine, the value, the storages' keys), then the storages. */
export function decodeLegacyPyTorch(bytes: Uint8Array, file: string, notice: Notice): Map<string, StoredTensor> {
  let at = 0;
  const known = new Map<string, Storage>();
  const environment = pytorchEnvironment(file, (storage) => known.set(storage.key, storage));
  const next = (): PickleValue => {
    const { value, end } = readPickle(bytes, file, environment, at);
    at = end;
    return value;
  };
  const [, , system, value, keys] = [next(), next(), next(), next(), next()];
  if (system instanceof Map && system.get("little_endian") === false) {
    throw refuse(file, "its numbers are in another byte order", "little", "big");
  }
  const storages = new Map<string, Uint8Array>();
  for (const key of Array.isArray(keys) ? (keys as PickleValue[]) : []) {
    const size = sizeOfElements(known.get(describeValue(key)), file);
    const view = new DataView(bytes.buffer, bytes.byteOffset + at);
    const length = view.byteLength < 8 ? Infinity : Number(view.getBigUint64(0, true)) * size;
    if (!(length <= view.byteLength - 8)) throw refuse(file, `its storage ${describeValue(key)} is truncated`);
    storages.set(describeValue(key), bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  const read = (key: string): Uint8Array => {
    const found = storages.get(key);
    if (!found) throw refuse(file, `its storage ${key} is missing`);
    return found;
  };
  return readTensors(findStateDict(value, file), read, file, notice);
}

function sizeOfElements(storage: Storage | undefined, file: string): number {
  const { type } = storage ?? { type: { unknown: "a storage that is not mentioned before" } };
  if (typeof type === "string") return bytesIn(type, []);
  return OTHER_SIZES[type.unknown] ?? fail(file, type.unknown);
}

function fail(file: string, type: string): never {
  throw refuse(file, `the size of its elements is not known`, undefined, type);
}

/** Reads the tensors of a dict. What else it holds is left out, with a notice. */
function readTensors(
  { path, entries }: FoundDict,
  read: (key: string) => Uint8Array,
  file: string,
  notice: Notice,
): Map<string, StoredTensor> {
  const views = entries.flatMap(([, held]) => (held instanceof StorageView ? [held] : []));
  checkTotal(views, file);
  const storages = new Map<string, StoredTensor["data"]>();
  const elementsOf = (where: string, storage: Storage): StoredTensor["data"] => {
    const key = `${storage.key} ${JSON.stringify(storage.type)}`;
    const elements = storages.get(key) ?? readStorage(read(storage.key), storage, where);
    storages.set(key, elements);
    return elements;
  };
  const tensors = new Map<string, StoredTensor>();
  const others: string[] = [];
  for (const [name, held] of entries) {
    const where = `${file}: ${describeValue(name)}`;
    if (typeof name !== "string" || !isTensor(held)) others.push(`"${describeValue(name)}" (${describeValue(held)})`);
    else if (held instanceof StorageView) tensors.set(name, denseView(held, elementsOf(where, held.storage), where));
    else if (held instanceof NumpyArray) tensors.set(name, held.read(where));
    else throw refuseKind(held.name, where);
  }
  if (path !== "") notice(`read the tensors under "${path}"`);
  if (others.length > 0) notice(`left out what is not a tensor: ${others.join(", ")}`);
  return tensors;
}

function denseView(view: StorageView, elements: StoredTensor["data"], where: string): StoredTensor {
  if (reachOf(view) > elements.length) throw refuse(where, "it reads past the end of its storage");
  return { shape: view.shape, data: denseElements(elements, view) };
}

/** Kinds of tensors that have no dense elements, and how to get some. */
const KINDS: Readonly<Record<string, readonly [kind: string, hint: string]>> = {
  _rebuild_sparse_tensor: ["sparse", "save it with .to_dense()"],
  _rebuild_sparse_csr_tensor: ["sparse", "save it with .to_dense()"],
  _rebuild_qtensor: ["quantized", "save it with .dequantize()"],
  _rebuild_nested_tensor: ["nested", "save its parts as tensors of their own"],
};

function refuseKind(name: string, where: string): ReturnType<typeof refuse> {
  const [kind, hint] = KINDS[name.split(".").at(-1)!] ?? [undefined, undefined];
  if (kind === undefined) return refuse(where, `it is made by ${name}, which is not supported`);
  return refuse(where, `it is a ${kind} tensor`, "a dense tensor", name, hint);
}

/**
 * Checks the total size. Views may repeat the elements of a storage, so a small file could demand any amount of memory.
 */
function checkTotal(views: readonly StorageView[], file: string): void {
  const total = views.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  if (total > maximumBytes) {
    throw refuse(file, "its tensors are too large in total", `at most ${maximumBytes} bytes`, String(total));
  }
}

function checkByteOrder(archive: ZipArchive, root: string, file: string): void {
  const name = `${root}byteorder`;
  if (!archive.has(name)) return; // written before PyTorch 2.1
  const order = decodeText(archive.read(name));
  if (order !== "little") throw refuse(file, "its numbers are in another byte order", "little", order);
}

function readStorage(bytes: Uint8Array, { type, size, isUntyped }: Storage, where: string): StoredTensor["data"] {
  if (typeof type !== "string") {
    const hint = "convert it before saving: tensor.float(); or leave it out, if it is no weight";
    throw refuse(where, "its element type is not supported", elementTypeNames.join(", "), type.unknown, hint);
  }
  const expected = isUntyped ? size : bytesIn(type, [size]);
  if (bytes.length !== expected) {
    throw refuse(where, `its storage ${formatShape([size])} has the wrong length`, `${expected}`, `${bytes.length}`);
  }
  try {
    return readElements(type, bytes);
  } catch (error) {
    const hint = "convert it before saving: tensor.float(); or leave it out, if it is no weight";
    throw refuse(where, (error as Error).message, undefined, undefined, hint);
  }
}
