/** `kilograd/export`: a network in the files that others read. Nothing here needs Node. */
export { exportOnnx, type OnnxOptions } from "../export/onnx/model.js";
export { exportPytorch, type PytorchOptions } from "../export/pytorch/program.js";
export { exportNpz, exportSafetensors } from "../export/weights.js";
export { describeRun } from "../export/run-metadata.js";
