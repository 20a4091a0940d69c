/** The fully connected layer as a function. */
import { ShapeError } from "../../errors/errors.js";
import { orNull } from "../../errors/kinds.js";
import { checked, optional, required } from "../../errors/signature.js";
import { anyTensor } from "../../tensor/kinds.js";
import { formatShape } from "../../graph/shape.js";
import { requireBias } from "./bias.js";
import type { Tensor } from "../../tensor/tensor.js";
import { counted } from "../../text/counted.js";

/**
 * Computes x·Wᵀ + b over the last axis. PyTorch: `torch.nn.functional.linear`.
 * @param input a tensor [*, inputs]
 * @param weight a matrix [outputs, inputs]
 * @param bias what is added to each output, [outputs]; null for nothing
 * @returns a tensor [*, outputs]
 * @throws ShapeError if the numbers of inputs or outputs differ
 * @function
 * @example F.linear(tensor([[1, 2]]), tensor([[3, 4], [5, 6]]), tensor([10, 20])).tolist(); // [[21, 37]]
 */
export const linear: (input: Tensor, weight: Tensor, bias?: Tensor | null) => Tensor = checked(
  "linear",
  [required("input", anyTensor), required("weight", anyTensor), optional("bias", orNull(anyTensor), null)],
  ({ input, weight, bias }) => transform(input, weight, bias),
);

function transform(input: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  const features = input.shape[input.ndim - 1];
  if (weight.ndim !== 2 || features !== weight.shape[1]) {
    throw new ShapeError({
      op: "linear",
      problem: `input ${formatShape(input.shape)} has ${features === undefined ? "no features" : counted(features, "feature")}, but weight ${formatShape(weight.shape)} expects ${weight.shape[1] ?? "[outputs, inputs]"}`,
      hint: "flatten(1) joins all axes except the batch axis",
    });
  }
  if (bias) requireBias("linear", bias, weight);
  const y = input.matmul(weight.t());
  return bias ? y.add(bias) : y;
}
