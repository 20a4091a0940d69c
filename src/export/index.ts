/** `kilograd/export`: a network in the files that others read. Nothing here needs Node. */
export { exportOnnx, type OnnxOptions } from "./onnx/model.js";
export { exportPytorch, type PytorchOptions } from "./pytorch/program.js";
export { exportNpz, exportSafetensors } from "./weights.js";
export { describeRun } from "./run-metadata.js";
