/** Activations as functions. */
import { integer } from "../../errors/kinds.js";
import { checked, required, type Arguments } from "../../errors/signature.js";
import { anyTensor } from "../../tensor/kinds.js";
import type { Tensor } from "../../tensor/tensor.js";
import { inplace, type InplaceOptions } from "./inplace.js";

/**
 * Replaces negative elements with 0. PyTorch: `torch.nn.functional.relu`.
 * @param input a tensor of any shape
 * @param rest inplace, which must be false
 * @returns a tensor of the same shape and type
 * @function
 * @example F.relu(tensor([-1, 2])).tolist(); // [0, 2]
 */
export const relu: (input: Tensor, ...rest: Arguments<InplaceOptions, readonly [typeof inplace]>) => Tensor = checked(
  "relu",
  [required("input", anyTensor), inplace],
  ({ input }) => input.relu(),
);

/**
 * Computes exp(x) divided by its sum along an axis. PyTorch: `torch.nn.functional.softmax`.
 * @param input a float32 tensor of any shape
 * @param axis the axis along which the result adds up to 1; for classes [N, C] it is 1
 * @returns a tensor of the same shape
 * @throws ShapeError for an axis that does not exist, or if the input is not float32
 * @function
 * @example F.softmax(tensor([[0, 0]]), 1).tolist(); // [[0.5, 0.5]]
 */
export const softmax: (input: Tensor, axis: number) => Tensor = checked(
  "softmax",
  [required("input", anyTensor), required("axis", integer())],
  ({ input, axis }) => input.softmax(axis),
);

/**
 * Computes the logarithm of the softmax, without overflow. PyTorch: `torch.nn.functional.log_softmax`.
 * @param input a float32 tensor of any shape
 * @param axis the axis along which exp of the result adds up to 1; for classes [N, C] it is 1
 * @returns a tensor of the same shape
 * @throws ShapeError for an axis that does not exist, or if the input is not float32
 * @function
 * @example F.logSoftmax(zeros([1, 4]), 1).tolist(); // [[-1.38629, -1.38629, -1.38629, -1.38629]]
 */
export const logSoftmax: (input: Tensor, axis: number) => Tensor = checked(
  "logSoftmax",
  [required("input", anyTensor), required("axis", integer())],
  ({ input, axis }) => input.logSoftmax(axis),
);
