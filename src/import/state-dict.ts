/** Reads weights from a file of any supported format. The format is recognised by the content, not by the name. */
import { text, callback } from "../errors/kinds.js";
import { bytes } from "../errors/record-kinds.js";
import { Signature, required, byName, optional } from "../errors/signature.js";
import { DataError } from "../errors/errors.js";
import type { StateDict } from "../nn/index.js";
import { toTensors } from "../train/checkpoint.js";
import { decodeSafetensors, isSafetensors, type StoredTensor } from "../formats/safetensors.js";
import { decodeNpz, isNpz } from "../formats/npz.js";
import { decodeLegacyPyTorch, decodePyTorch, isLegacyPyTorch, isPyTorch, type Notice } from "../formats/pytorch.js";
import { ZipArchive } from "../formats/zip.js";

/** A kilograd checkpoint also contains the optimizer's tensors. */
const OPTIMIZER = /^optimizer\.\d+\./;

/** Options of `decodeStateDict`. */
export interface DecodeOptions {
  /**
   * Is called with a sentence for what was left out or chosen: entries that are not tensors, or the name under which a
   * larger checkpoint has the state dict. Default: nothing is said.
   */
  readonly notice?: (text: string) => void;
}

const ofDecodeStateDict = new Signature("decodeStateDict", [
  required("bytes", bytes),
  required("file", text("the file's name")),
  byName(optional("notice", callback)),
]);

/**
 * Reads the parameters and buffers from a file: safetensors (also a run's last.safetensors), a PyTorch `.pt` file with
 * a state dict, also within a larger checkpoint, or NumPy's `.npz`. The format is told by the content. Nothing in the
 * file is executed. Floats become float32; bools and integers become int32, which they must fit.
 * @param bytes the content of the file
 * @param file its name, for errors
 * @param options what to do with notices
 * @returns the tensors by name, which `Module.loadStateDict` takes
 * @throws DataError if the file is damaged, contains something else, or unpacks to more than 256 MiB
 * @example
 * import { readFileSync } from "node:fs";
 * const model = new ExerciseNet();
 * model.loadStateDict(decodeStateDict(readFileSync("runs/first/best.safetensors"), "best.safetensors"));
 */
export function decodeStateDict(bytes: Uint8Array, file: string, options: DecodeOptions = {}): StateDict {
  ofDecodeStateDict.read(arguments);
  const { notice = () => {} } = options;
  return toTensors(withoutAverage(decodeTensors(bytes, file, notice), notice));
}

const ofDecodeMetadata = new Signature("decodeMetadata", [
  required("bytes", bytes),
  required("file", text("the file's name")),
]);

/**
 * Reads what a safetensors file says about itself; `kilograd export` writes the network, the data and the classes.
 * @param bytes the content of a file of any format
 * @param file its name, for errors
 * @returns strings by name; none for other formats
 * @throws DataError if it is a damaged safetensors file
 * @example
 * const file = exportSafetensors(new ExerciseNet(), { network: "exercise" });
 * decodeMetadata(file, "net.safetensors"); // { format: "pt", network: "exercise" }
 */
export function decodeMetadata(bytes: Uint8Array, file: string): Readonly<Record<string, string>> {
  ofDecodeMetadata.read(arguments);
  return isSafetensors(bytes) ? decodeSafetensors(bytes, file).metadata : {};
}

/** Leaves out how many weights `torch.optim.swa_utils.AveragedModel` has averaged; its weights are those of `module`. */
function withoutAverage(given: ReadonlyMap<string, StoredTensor>, notice: Notice): ReadonlyMap<string, StoredTensor> {
  const rest = new Map([...given].filter(([name]) => name !== "n_averaged"));
  if (rest.size === given.size || ![...rest.keys()].every((name) => name.startsWith("module."))) return given;
  notice('left out "n_averaged", which is no weight');
  return rest;
}

function decodeTensors(bytes: Uint8Array, file: string, notice: Notice): ReadonlyMap<string, StoredTensor> {
  const format = formats.find(({ isOf }) => isOf(bytes));
  if (format) return format.decode(bytes, file, notice);
  const kind = others.find(({ isOf }) => isOf(bytes));
  throw unknown(file, kind ? `it is ${kind.name}` : "its format is not supported", kind?.hint);
}

const startsWith =
  (...magic: readonly number[]) =>
  (bytes: Uint8Array): boolean =>
    magic.every((byte, i) => bytes[i] === byte);

const formats: readonly {
  readonly isOf: (bytes: Uint8Array) => boolean;
  readonly decode: (bytes: Uint8Array, file: string, notice: Notice) => ReadonlyMap<string, StoredTensor>;
}[] = [
  { isOf: startsWith(0x50, 0x4b, 0x03, 0x04), decode: decodeArchive }, // PK…
  { isOf: startsWith(0x50, 0x4b, 0x05, 0x06), decode: decodeArchive }, // an empty archive
  { isOf: isSafetensors, decode: decodeSafetensorsWeights },
  { isOf: isLegacyPyTorch, decode: decodeLegacyPyTorch },
];

const BY_NUMPY = "write the weights with numpy.savez(file, **{name: array, …}), in PyTorch's names and layout";

const hasText = (bytes: Uint8Array, at: number, text: string): boolean =>
  [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));

/** Formats that are recognised in order to say what to do with them. */
const others: readonly {
  readonly isOf: (bytes: Uint8Array) => boolean;
  readonly name: string;
  readonly hint: string;
}[] = [
  {
    isOf: startsWith(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59),
    name: "a single NumPy array, without a name",
    hint: "write all arrays into one file: numpy.savez(file, **{name: array, …})",
  },
  {
    isOf: startsWith(0x89, 0x48, 0x44, 0x46),
    name: "an HDF5 file, as Keras writes it",
    hint: BY_NUMPY,
  },
  {
    isOf: (bytes) => bytes[0] === 0x08 && bytes[1]! < 0x20 && bytes[2] === 0x12,
    name: "a protobuf, as ONNX and TensorFlow write it",
    hint: `read an ONNX model with importOnnx; of others, ${BY_NUMPY}`,
  },
  { isOf: (bytes) => hasText(bytes, 4, "TFL3"), name: "a TensorFlow Lite model", hint: BY_NUMPY },
  { isOf: (bytes) => hasText(bytes, 0, "GGUF"), name: "a GGUF file", hint: BY_NUMPY },
  {
    isOf: (bytes) => hasText(bytes, 257, "ustar"),
    name: "a tar archive, as PyTorch before 0.1.10 wrote it",
    hint: "load the file in PyTorch and write it with torch.save(model.state_dict(), file)",
  },
  { isOf: startsWith(0x1f, 0x8b), name: "packed by gzip", hint: "unpack it first: gzip -d" },
  {
    isOf: (bytes) => bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5,
    name: "a pickle that torch.save has not written",
    hint: "write the weights with torch.save(model.state_dict(), file) or numpy.savez(file, **{name: array, …})",
  },
];

function decodeArchive(bytes: Uint8Array, file: string, notice: Notice): ReadonlyMap<string, StoredTensor> {
  const archive = new ZipArchive(bytes, file);
  if (isPyTorch(archive)) return decodePyTorch(archive, file, notice);
  if (isNpz(archive)) return decodeNpz(archive, file, notice);
  if (archive.has("model.weights.h5")) throw unknown(file, "it is a Keras model", BY_NUMPY);
  throw unknown(file, "it is a zip archive, but neither PyTorch's nor NumPy's");
}

function decodeSafetensorsWeights(bytes: Uint8Array, file: string): ReadonlyMap<string, StoredTensor> {
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  const isCheckpoint = metadata["training"] !== undefined;
  return new Map([...tensors].filter(([name]) => !isCheckpoint || !OPTIMIZER.test(name)));
}

function unknown(file: string, problem: string, hint?: string): DataError {
  return new DataError({
    op: "weights",
    problem: `${file}: ${problem}`,
    expected: "safetensors, a .pt file of torch.save(model.state_dict(), …), or .npz",
    hint: hint ?? "load the file in PyTorch and write it with torch.save(model.state_dict(), file)",
  });
}
