/** `kilograd/export`: a network in the files that others read. Nothing here needs Node. */
export { exportOnnx, type OnnxOptions } from "./onnx/model.js";
