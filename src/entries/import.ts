/**
 * Weights and networks that others have trained: state dicts of several formats, and ONNX models. Nothing here needs
 * Node.
 *
 * @example
 * const model = new nn.Sequential(new nn.Conv2d(1, 8, 3));
 * model.loadStateDict(decodeStateDict(exportNpz(model), "net.npz")); // { missingKeys: [], unexpectedKeys: [] }
 *
 * @module kilograd/import
 */
export { embedExternalData } from "../import/onnx/external-data.js";
export { importOnnx, onnxOperators, OnnxModule, type ImportOnnxOptions } from "../import/onnx/onnx-module.js";
export { decodeMetadata, decodeStateDict, type DecodeOptions } from "../import/state-dict.js";
