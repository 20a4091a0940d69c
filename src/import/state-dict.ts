/** Reads weights from a file of any supported format. The format is recognised by the content, not by the name. */
import { DataError } from "../errors/errors.js";
import type { StateDict } from "../nn/index.js";
import { toTensors } from "../train/checkpoint.js";
import { decodeSafetensors, type StoredTensor } from "../formats/safetensors.js";
import { decodeNpz, isNpz } from "../formats/npz.js";
import { decodePyTorch, isPyTorch } from "../formats/pytorch.js";
import { ZipArchive } from "../formats/zip.js";

/** A kilograd checkpoint also contains the optimizer's tensors. */
const OPTIMIZER = /^optimizer\.\d+\./;

/**
 * Reads the parameters and buffers from a file: safetensors (also a run's last.safetensors), a PyTorch `.pt` file with
 * a state dict, or NumPy's `.npz`. The format is told by the content. Nothing in the file is executed. float16,
 * bfloat16 and float64 become float32; int64 becomes int32.
 * @param bytes the content of the file
 * @param file its name, for errors
 * @returns the tensors by name, which `Module.loadStateDict` takes
 * @throws DataError if the file is damaged, contains something else, or unpacks to more than 256 MiB
 * @example
 * import { readFileSync } from "node:fs";
 * const model = new ExerciseNet();
 * model.loadStateDict(decodeStateDict(readFileSync("runs/first/best.safetensors"), "best.safetensors"));
 */
export function decodeStateDict(bytes: Uint8Array, file: string): StateDict {
  return toTensors(decodeTensors(bytes, file));
}

function decodeTensors(bytes: Uint8Array, file: string): ReadonlyMap<string, StoredTensor> {
  const format = formats.find(({ magic, at }) => magic.every((byte, i) => bytes[at + i] === byte));
  if (format) return format.decode(bytes, file);
  throw unknown(file, "its format is not supported");
}

const formats: readonly {
  readonly magic: readonly number[];
  readonly at: number;
  readonly decode: (bytes: Uint8Array, file: string) => ReadonlyMap<string, StoredTensor>;
}[] = [
  { magic: [0x50, 0x4b, 0x03, 0x04], at: 0, decode: decodeArchive }, // PK…
  { magic: [0x7b], at: 8, decode: decodeSafetensorsWeights }, // { after the header's length
  { magic: [0x80, 0x02, 0x8a, 0x0a], at: 0, decode: refuseLegacy }, // a pickle of PyTorch's magic number
];

function decodeArchive(bytes: Uint8Array, file: string): Map<string, StoredTensor> {
  const archive = new ZipArchive(bytes, file);
  if (isPyTorch(archive)) return decodePyTorch(archive, file);
  if (isNpz(archive)) return decodeNpz(archive, file);
  throw unknown(file, "it is a zip archive, but neither PyTorch's nor NumPy's");
}

function decodeSafetensorsWeights(bytes: Uint8Array, file: string): Map<string, StoredTensor> {
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  const isCheckpoint = metadata["training"] !== undefined;
  return new Map([...tensors].filter(([name]) => !isCheckpoint || !OPTIMIZER.test(name)));
}

function refuseLegacy(_bytes: Uint8Array, file: string): never {
  throw unknown(file, "it is a file of PyTorch before 1.6, or written with _use_new_zipfile_serialization=False");
}

function unknown(file: string, problem: string): DataError {
  return new DataError({
    op: "weights",
    problem: `${file}: ${problem}`,
    expected: "safetensors, a .pt file of torch.save(model.state_dict(), …), or .npz",
    hint: "load the file in PyTorch and write it with torch.save(model.state_dict(), file)",
  });
}
