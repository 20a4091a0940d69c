/** Checks that a network fits the data that it will be trained on. */
import { ArgumentError, ShapeError } from "../errors/errors.js";
import { noGrad } from "../graph/grad-mode.js";
import type { Module } from "../nn/index.js";
import { evaluating } from "../nn/modes.js";
import * as ops from "../ops/index.js";
import { formatShape, shapesEqual, type Shape } from "../graph/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { outputsFor, type LossChoice } from "./losses.js";
import { BATCH, callLazily, evaluation } from "../trace/lazy-call.js";

/**
 * Refuses a network that the trainer cannot train on certain images, before anything is computed.
 * @param model the network
 * @param inputSize the size of an image, [C, H, W]
 * @param classes the number of classes
 * @param options the loss, "nll" unless given, and whether the network may tell more classes apart than there are
 * @throws ShapeError if it cannot take the images, or does not compute a log-likelihood for each class
 * @example
 * checkNetwork(new ExerciseNet(), [1, 28, 28], 10);
 * checkNetwork(new ExerciseNet(), [1, 28, 28], 26); // throws ShapeError
 */
export function checkNetwork(
  model: Module,
  inputSize: Shape,
  classes: number,
  { loss = "nll", more = false }: LossChoice & { readonly more?: boolean } = {},
): void {
  const output = callLazily(model, [inputSize], evaluation).result;
  const expected = [BATCH, classes];
  if (output instanceof Tensor && output.dtype === "float32") {
    const [images, outputs] = output.shape;
    if (shapesEqual(output.shape, expected)) return;
    if (more && output.ndim === 2 && images === BATCH && outputs! > classes) return;
  }
  throw new ShapeError({
    op: model.constructor.name,
    problem: `the network's result does not fit data with ${classes} classes`,
    expected: `${outputsFor[loss]} ${formatShape(expected)} for images ${formatShape([BATCH, ...inputSize])}`,
    got: output instanceof Tensor ? `${output.dtype} ${formatShape(output.shape)}` : typeof output,
    hint: `end forward() with ${loss === "nll" ? `F.logSoftmax(x.view(-1, ${classes}), 1)` : `x.view(-1, ${classes})`}`,
  });
}

/** The ways out for a network that computes scores, and for one that computes likelihoods. */
const CHOICE = 'choose the loss "cross-entropy", as in { loss: "cross-entropy" }';
const hints = {
  scores: `end forward() with F.logSoftmax(x, 1), which turns scores (logits) into log-likelihoods, or ${CHOICE}`,
  likelihoods: `end forward() with F.logSoftmax(x, 1) instead of the softmax, or without both and ${CHOICE}`,
};

/** How far the likelihoods of an image may be from 1 in total. */
const tolerance = 1e-2;

/**
 * Refuses a network whose outputs are not log-likelihoods. The loss "nll", `F.nllLoss`, would reward it for ever larger
 * outputs, and never say that it learns nothing.
 * @param model the network
 * @param images a batch [N, C, H, W]
 * @throws ArgumentError if the likelihoods of an image do not add up to 1
 */
export function checkLikelihoods(model: Module, images: Tensor): void {
  const { result } = callLazily(model, [images.shape.slice(1)], evaluation);
  // checkNetwork has words for outputs that are no tensor or have other axes.
  if (!(result instanceof Tensor) || result.ndim !== 2 || isLogSoftmax(result)) return;
  const output = evaluating(model, () => noGrad(() => (model as (images: Tensor) => Tensor)(images)));
  const totals = output.exp().sum(1).data();
  const wrong = totals.findIndex((total) => !(Math.abs(total - 1) <= tolerance));
  if (wrong < 0) return;
  throw new ArgumentError({
    op: model.constructor.name,
    problem: `the network's outputs are not log-likelihoods: exp of those of image ${wrong} adds up to ${totals[wrong]!.toPrecision(3)}`,
    expected: "a total of 1 for each image",
    hint: areLikelihoods(output) ? hints.likelihoods : hints.scores,
  });
}

/** Whether outputs [N,C] are not negative and add up to 1 for each image. */
function areLikelihoods(output: Tensor): boolean {
  const totals = output.sum(1).data();
  return output.data().every((value) => value >= 0) && totals.every((total) => Math.abs(total - 1) <= tolerance);
}

/** Whether [N,C] is a log-softmax over the classes, perhaps of [N,C,1,1]; then there is nothing to compute. */
function isLogSoftmax({ node, shape }: Tensor): boolean {
  let inner = node;
  while (ops.reshape.is(inner)) inner = inner.inputs[0]!;
  return ops.logSoftmax.is(inner) && inner.attrs.axis === 1 && shapesEqual(inner.shape.slice(0, 2), shape);
}
