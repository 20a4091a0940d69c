/** Likelihoods, log-likelihoods and scores: telling them apart. */
import type { Tensor } from "../tensor/tensor.js";

/** How far likelihoods may be from a total of 1. */
const TOLERANCE = 1e-4;

/** The likelihoods [N, classes] for outputs [N, classes] that are likelihoods, log-likelihoods or scores. */
export function asLikelihoods(output: Tensor): Tensor {
  return areLikelihoods(output) ? output : output.softmax(1);
}

/** Whether outputs [N, classes] are not negative and add up to 1 for each image. */
export function areLikelihoods(output: Tensor): boolean {
  const values = output.data();
  const classes = output.shape[1]!;
  for (let start = 0; start < values.length; start += classes) {
    let total = 0;
    for (let i = start; i < start + classes; i++) {
      if (!(values[i]! >= 0)) return false;
      total += values[i]!;
    }
    if (!(Math.abs(total - 1) <= TOLERANCE)) return false;
  }
  return values.length > 0;
}
