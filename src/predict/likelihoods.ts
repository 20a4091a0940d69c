/** What a network's outputs mean. */
import { shown } from "../errors/shown.js";
import { ShapeError, StateError } from "../errors/errors.js";
import { formatShape } from "../graph/shape.js";
import type { Module } from "../nn/index.js";
import { Tensor } from "../tensor/tensor.js";

/** How far likelihoods may be from a total of 1. */
const TOLERANCE = 1e-4;

/**
 * Computes the likelihood of each class. Softmax turns scores into likelihoods, and log-likelihoods too, since their
 * exponentials add up to 1 already. Outputs from 0 to 1 that add up to 1 are taken as likelihoods.
 * @param input [1, C, H, W]
 * @param classes the number of names of classes; there may be fewer than outputs
 */
export function likelihoodsOf(model: Module, input: Tensor, classes: number): number[] {
  const output: unknown = (model as (images: Tensor) => unknown)(input);
  if (
    !(output instanceof Tensor) ||
    output.dtype !== "float32" ||
    output.ndim !== 2 ||
    output.shape[0] !== 1 ||
    output.shape[1]! < classes
  ) {
    throw new ShapeError({
      op: "predict",
      problem: "the network's result for one image is not a number for each class",
      expected: `float32 [1,${classes || "classes"}]`,
      got: output instanceof Tensor ? `${output.dtype} ${formatShape(output.shape)}` : shown(output),
      hint: "end forward() with F.logSoftmax(x.flatten(1), 1), and give classifiers the names of the network's classes",
    });
  }
  const values = [...asLikelihoods(output).data()];
  if (values.some(Number.isNaN)) {
    throw new StateError({
      op: "predict",
      problem: "the network's result is not a number (NaN)",
      hint: "its weights are damaged, or its training diverged; try weights of an earlier epoch (best.safetensors)",
    });
  }
  return values;
}

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
