/** `kilograd/import`: what others have trained: weights of several formats, and networks from ONNX. Nothing here needs Node. */
export { importOnnx, onnxOperators, OnnxModule, type ImportOnnxOptions } from "../import/onnx/onnx-module.js";
export { decodeStateDict } from "../import/state-dict.js";
