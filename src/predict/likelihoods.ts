/** What a network's outputs mean. */
import { shown } from "../errors/shown.js";
import { ShapeError, StateError } from "../errors/errors.js";
import { formatShape } from "../graph/shape.js";
import type { Module } from "../nn/index.js";
import { Tensor } from "../tensor/tensor.js";
import { asLikelihoods } from "../train/outputs.js";

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
