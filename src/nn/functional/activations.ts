/** Activations as functions. */
import type { Tensor } from "../../tensor/tensor.js";

/** max(x, 0). PyTorch: `torch.nn.functional.relu`. */
export function relu(input: Tensor): Tensor {
  return input.relu();
}

/** exp(x) divided by its sum along an axis, which must be named. PyTorch: `torch.nn.functional.softmax`. */
export function softmax(input: Tensor, axis: number): Tensor {
  return input.softmax(axis);
}

/** log(softmax(x)), computed stably. PyTorch: `torch.nn.functional.log_softmax`. */
export function logSoftmax(input: Tensor, axis: number): Tensor {
  return input.logSoftmax(axis);
}
