/**
 * Networks in the files that other programs read: ONNX, PyTorch, safetensors and NumPy. Nothing here needs Node.
 *
 * @example
 * import { writeFileSync } from "node:fs";
 * const model = new ExerciseNet();
 * writeFileSync("digits.onnx", exportOnnx(model, [1, 28, 28], { softmax: true }));
 * writeFileSync("digits.safetensors", exportSafetensors(model));
 *
 * @module kilograd/export
 */
export { exportOnnx, type OnnxOptions } from "../export/onnx/model.js";
export { exportPytorch, type PytorchOptions } from "../export/pytorch/program.js";
export { exportNpz, exportSafetensors } from "../export/weights.js";
export { describeRun } from "../export/run-metadata.js";
