/** A forward pass that is built and not computed: it shows what a network makes of images of a size. */
import { ShapeError } from "../errors.js";
import { noGrad } from "../graph/grad-mode.js";
import type { Module } from "../nn/index.js";
import { formatShape, shapesEqual, type Shape } from "../shape.js";
import { zeros } from "../creation.js";
import { Tensor } from "../tensor.js";

/** Images in the batch: two, since one alone might be taken for a broadcast axis. */
const BATCH = 2;

/**
 * What the network gives for a batch of such images, in evaluation mode; its mode and its buffers stay as they are.
 * @param inputSize the size of an image, without the batch: [C,H,W]
 * @throws ShapeError where the network cannot take such images
 */
export function tryForward(model: Module, inputSize: Shape): unknown {
  const { training } = model;
  model.eval();
  try {
    return noGrad(() => (model as (images: Tensor) => unknown)(zeros([BATCH, ...inputSize])));
  } finally {
    model.train(training);
  }
}

/**
 * Refuses a network that the trainer cannot train on such images, before anything is computed or written.
 * @param inputSize the size of an image, without the batch: [C,H,W]
 * @param classes how many classes the images have
 * @throws ShapeError where it cannot take the images, or does not give a log-likelihood for each class
 * @example checkNetwork(new ExerciseNet(), [1, 28, 28], 10);
 */
export function checkNetwork(model: Module, inputSize: Shape, classes: number): void {
  const output = tryForward(model, inputSize);
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
