/** The fully connected layer as a function. */
import { ShapeError } from "../../errors/errors.js";
import { formatShape, shapesEqual } from "../../graph/shape.js";
import type { Tensor } from "../../tensor/tensor.js";

/**
 * x Wᵀ + b over the last axis. PyTorch: `torch.nn.functional.linear`.
 * @param input [*, inputs]
 * @param weight [outputs, inputs]
 * @param bias [outputs]
 * @throws ShapeError if the numbers of features differ
 * @example F.linear(zeros([8, 13]), zeros([10, 13])).shape // [8, 10]
 */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  const features = input.shape[input.ndim - 1];
  if (weight.ndim !== 2 || features !== weight.shape[1]) {
    throw new ShapeError({
      op: "linear",
      problem: `input has ${features ?? "no"} features ${formatShape(input.shape)} but weight expects ${weight.shape[1] ?? "[outputs, inputs]"} ${formatShape(weight.shape)}`,
      hint: "flatten(1) joins all axes but the batch's",
    });
  }
  if (bias && !shapesEqual(bias.shape, [weight.shape[0]!])) {
    throw new ShapeError({
      op: "linear",
      problem: `bias ${formatShape(bias.shape)} does not fit weight ${formatShape(weight.shape)}`,
      expected: formatShape([weight.shape[0]!]),
    });
  }
  const y = input.matmul(weight.t());
  return bias ? y.add(bias) : y;
}
