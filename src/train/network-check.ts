/** Checks that a network fits the data that it will be trained on. */
import { ShapeError } from "../errors/errors.js";
import type { Module } from "../nn/index.js";
import { formatShape, shapesEqual, type Shape } from "../graph/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { BATCH, callLazily, evaluation } from "../trace/lazy-call.js";

/**
 * Refuses a network that the trainer cannot train on certain images, before anything is computed.
 * @param model the network
 * @param inputSize the size of an image, [C, H, W]
 * @param classes the number of classes
 * @throws ShapeError if it cannot take the images, or does not compute a log-likelihood for each class
 * @example
 * checkNetwork(new ExerciseNet(), [1, 28, 28], 10);
 * checkNetwork(new ExerciseNet(), [1, 28, 28], 26); // throws ShapeError
 */
export function checkNetwork(model: Module, inputSize: Shape, classes: number): void {
  const output = callLazily(model, [inputSize], evaluation).result;
  const expected = [BATCH, classes];
  if (output instanceof Tensor && output.dtype === "float32" && shapesEqual(output.shape, expected)) return;
  throw new ShapeError({
    op: model.constructor.name,
    problem: `the network's result does not fit data with ${classes} classes`,
    expected: `log-likelihoods ${formatShape(expected)} for images ${formatShape([BATCH, ...inputSize])}`,
    got: output instanceof Tensor ? `${output.dtype} ${formatShape(output.shape)}` : typeof output,
    hint: `end forward() with F.logSoftmax(x.view(-1, ${classes}), 1)`,
  });
}
