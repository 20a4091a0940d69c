/** A network's weights alone, under PyTorch's names: safetensors, and NumPy's .npz. */
import { recordWith } from "../errors/record-kinds.js";
import { anyNetwork } from "../trace/kinds.js";
import { Signature, required, optional } from "../errors/signature.js";
import { zipSync } from "fflate";
import type { Module } from "../nn/index.js";
import { copyTensors } from "../train/checkpoint.js";
import { typeInFile, writeElements } from "../formats/element-types.js";
import { encodeSafetensors, type StoredTensor } from "../formats/safetensors.js";
import { encodeText } from "../formats/utf8.js";

const ofExportSafetensors = new Signature("exportSafetensors", [
  required("model", anyNetwork),
  optional("metadata", recordWith("texts by name")),
]);

/**
 * Writes parameters and buffers in Hugging Face's format (huggingface.co/docs/safetensors), under PyTorch's names.
 * @param model the network
 * @param metadata what the file says about the network
 * @returns the bytes of the file
 * @example
 * const file = exportSafetensors(new nn.Linear(2, 1));
 * [...decodeStateDict(file, "net.safetensors").keys()]; // ["weight", "bias"]
 */
export function exportSafetensors(model: Module, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  ofExportSafetensors.read(arguments);
  return encodeSafetensors({ tensors: copyTensors(model.stateDict()), metadata: { format: "pt", ...metadata } });
}

/** The earliest date that a zip file can hold. A fixed date makes the same file from the same weights at any time. */
const FIRST_DAY = new Date(1980, 0, 1);

const ofExportNpz = new Signature("exportNpz", [required("model", anyNetwork)]);

/**
 * Writes parameters and buffers as NumPy's .npz, under PyTorch's names: `numpy.load("net.npz")["conv1.weight"]`.
 * @param model the network
 * @returns the bytes of the file
 * @example
 * const file = exportNpz(new nn.Linear(2, 1));
 * [...decodeStateDict(file, "net.npz").keys()]; // ["weight", "bias"]
 */
export function exportNpz(model: Module): Uint8Array {
  ofExportNpz.read(arguments);
  const arrays = [...copyTensors(model.stateDict())].map(([name, stored]) => [`${name}.npy`, encodeNpy(name, stored)]);
  return zipSync(Object.fromEntries(arrays) as Record<string, Uint8Array>, { level: 0, mtime: FIRST_DAY });
}

/** NumPy's names of the element types. */
const TYPES = { F32: "<f4", I32: "<i4", I64: "<i8" } as const;

/** NumPy's format 1.0: a header in Python syntax that ends at a multiple of 64 bytes, then the elements. */
function encodeNpy(tensor: string, { shape, data }: StoredTensor): Uint8Array {
  const type = typeInFile(tensor, data);
  const elements = writeElements(type, data);
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${TYPES[type]}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const start = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start + elements.length).fill(0x20, 10, start);
  bytes.set([0x93, ...encodeText("NUMPY"), 1, 0]);
  new DataView(bytes.buffer).setUint16(8, start - 10, true);
  bytes.set(encodeText(text), 10);
  bytes[start - 1] = 0x0a;
  bytes.set(elements, start);
  return bytes;
}
