/** Checks that a network fits the data that it will be trained on. */
import { shapeKind } from "../tensor/kinds.js";
import { flag, integer } from "../errors/kinds.js";
import { anyNetwork } from "../trace/kinds.js";
import { Signature, byName, optional, required } from "../errors/signature.js";
import { ArgumentError, ShapeError } from "../errors/errors.js";
import { shown } from "../errors/shown.js";
import { noGrad } from "../graph/grad-mode.js";
import type { Module } from "../nn/index.js";
import * as ops from "../ops/index.js";
import { formatShape, shapesEqual, type Shape } from "../graph/shape.js";
import { Tensor } from "../tensor/tensor.js";
import type { LossName } from "../config/config.js";
import { areLikelihoods } from "./outputs.js";
import { BATCH, callLazily, evaluation } from "../trace/lazy-call.js";
import { keepingState } from "../trace/kept-state.js";
import { outputsFor, type LossChoice, lossName } from "./losses.js";

const ofCheckNetwork = new Signature("checkNetwork", [
  required("model", anyNetwork),
  required("inputSize", shapeKind),
  required("classes", integer(1)),
  byName(optional("loss", lossName)),
  byName(optional("more", flag)),
]);

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
  options: LossChoice & { readonly more?: boolean } = {},
): void {
  ofCheckNetwork.read(arguments);
  const { loss = "nll", more = false } = options;
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
    got: output instanceof Tensor ? `${output.dtype} ${formatShape(output.shape)}` : shown(output),
    hint: Array.isArray(output)
      ? "return one tensor from forward()"
      : `end forward() with ${loss === "nll" ? `F.logSoftmax(x.view(-1, ${classes}), 1)` : `x.view(-1, ${classes})`}`,
  });
}

/** The ways out for a network that computes scores, and for one that computes likelihoods. */
const CHOICE = 'choose the loss "cross-entropy", as in { loss: "cross-entropy" }';
const hints = {
  scores: `end forward() with F.logSoftmax(x, 1), which turns scores (logits) into log-likelihoods, or ${CHOICE}`,
  likelihoods: `end forward() with F.logSoftmax(x, 1) instead of the softmax, or without both and ${CHOICE}`,
};

/** How far the likelihoods of an image may be from 1 in total where log-likelihoods are expected. */
const TOLERANCE = 1e-2;

/**
 * Refuses a network whose outputs do not suit the loss, in the modes that its modules have. The loss "nll", `F.nllLoss`,
 * would reward scores for ever larger outputs, and never say that it learns nothing. Cross-entropy of likelihoods learns
 * slowly, and never below some loss. The network's state and the default generator stay as they are.
 * @param model the network
 * @param images a batch [N, C, H, W]
 * @param loss the loss of its outputs
 * @throws ArgumentError for "nll" if the likelihoods of an image do not add up to 1; for "cross-entropy" if the outputs are
 *   likelihoods already
 */
export function checkOutputs(model: Module, images: Tensor, loss: LossName): void {
  keepingState(model, () =>
    noGrad(() => {
      checkOutput(model, (model as (images: Tensor) => unknown)(images), loss);
    }),
  );
}

/** `checkOutputs` for what the network has returned. */
export function checkOutput(model: Module, output: unknown, loss: LossName): void {
  // checkNetwork has words for outputs that are no tensor or have other axes.
  if (!(output instanceof Tensor) || output.dtype !== "float32" || output.ndim !== 2) return;
  if (output.numel() === 0 || isSoftmax(output, ops.logSoftmax, 1)) return;
  refuseOverBatch(model, output);
  if (loss === "nll") requireLogs(model, output);
  else refuseLikelihoods(model, output);
}

function requireLogs(model: Module, output: Tensor): void {
  const [values, classes] = [output.data() as Float32Array, output.shape[1]!];
  const totalOf = (image: number): number => {
    return values.subarray(image * classes, (image + 1) * classes).reduce((sum, log) => sum + Math.exp(log), 0);
  };
  const totals = Array.from({ length: output.shape[0]! }, (_, image) => totalOf(image));
  const wrong = totals.findIndex((total) => !(Math.abs(total - 1) <= TOLERANCE));
  if (wrong < 0) return;
  throw new ArgumentError({
    op: model.constructor.name,
    problem: `the network's outputs are not log-likelihoods${modeOf(model)}: exp of those of image ${wrong} adds up to ${totals[wrong]!.toPrecision(3)}`,
    expected: "a total of 1 for each image",
    hint: areLikelihoods(output) ? hints.likelihoods : hints.scores,
  });
}

function refuseLikelihoods(model: Module, output: Tensor): void {
  if (!areLikelihoods(output)) return;
  throw new ArgumentError({
    op: model.constructor.name,
    problem: `the network's outputs are likelihoods${modeOf(model)}: none is negative, and those of each image add up to 1`,
    expected: 'scores (logits), since the loss "cross-entropy" computes the softmax itself',
    hint: 'leave out the softmax at the end of forward(), or end it with F.logSoftmax(x, 1) and choose the loss "nll"',
  });
}

const modeOf = ({ training }: Module): string => (training ? " in training mode" : "");

/** Whether [N,C] is a softmax or its logarithm over an axis, perhaps of [N,C,1,1]; then there is nothing to compute. */
function isSoftmax({ node, shape }: Tensor, op: typeof ops.softmax | typeof ops.logSoftmax, axis: number): boolean {
  let inner = node;
  while (ops.reshape.is(inner)) inner = inner.inputs[0]!;
  return op.is(inner) && inner.attrs.axis === axis && shapesEqual(inner.shape.slice(0, 2), shape);
}

/** A softmax over the images makes each image's output depend on the others, and those of a single image all equal. */
function refuseOverBatch(model: Module, output: Tensor): void {
  const isKnown = isSoftmax(output, ops.softmax, 0) || isSoftmax(output, ops.logSoftmax, 0);
  if (!isKnown && !addsUpOverBatch(output) && !addsUpOverBatch(output.exp())) return;
  throw new ArgumentError({
    op: model.constructor.name,
    problem: `the network's outputs are normalised over the images of a batch (axis 0)${modeOf(model)}: those of a class add up to 1`,
    expected: "outputs of each image that do not depend on the other images",
    hint: "give the softmax axis 1, the classes: F.logSoftmax(x, 1) or new nn.LogSoftmax(1)",
  });
}

/** Whether values [N,C] are not negative, and add up to 1 for each class. */
function addsUpOverBatch(values: Tensor): boolean {
  return values.shape[0]! > 1 && areLikelihoods(values.transpose(0, 1));
}

/** No mean of rounding errors is as negative as this. */
const NEGATIVE = -1e-3;

/**
 * Refuses a negative loss, which shows that a network's outputs do not suit it. They may have done so on the first batch.
 * @param loss the mean over a batch, or over all test images
 * @param where which one it is, in the words of the error
 */
export function refuseNegative(model: Module, loss: number, where: string): void {
  if (!(loss < NEGATIVE)) return;
  throw new ArgumentError({
    op: model.constructor.name,
    problem: `the loss ${where} is negative, so the network's outputs are not log-likelihoods there`,
    expected: "a loss of at least 0",
    got: loss.toPrecision(3),
    hint: hints.scores,
  });
}
