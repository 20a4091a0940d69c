/**
 * Losses as functions. Those for classes take the classes as int32 indices and any number of axes after the class
 * axis: input [N,C] with target [N], input [N,C,H,W] with target [N,H,W].
 */
import { integer, numberWithin, oneOf, only, orNull } from "../../errors/kinds.js";
import { checked, optional, required, type Arguments } from "../../errors/signature.js";
import { anyTensor } from "../../tensor/kinds.js";
import { ShapeError } from "../../errors/errors.js";
import type { Node } from "../../graph/node.js";
import * as ops from "../../ops/index.js";
import { watchLoss } from "../../runtime/negative-losses.js";
import { formatShape, requireShape, shapesEqual } from "../../graph/shape.js";
import { Tensor } from "../../tensor/tensor.js";

/** How the losses of a batch are combined: into their mean, their sum, or not at all. */
export type Reduction = "mean" | "sum" | "none";

/** Options that all losses have. */
export interface LossOptions {
  /** How the losses of a batch are combined. Default "mean". */
  readonly reduction?: Reduction;
}

/** Options of `F.nllLoss`. */
export interface NllLossOptions extends LossOptions {
  /** The weight of each class, [C]; the mean is then divided by the sum of the targets' weights. Default: 1 each. */
  readonly weight?: Tensor | null;
  /** Targets of this value do not count. Default -100. */
  readonly ignoreIndex?: number;
}

/** Options of `F.crossEntropy`. */
export interface CrossEntropyOptions extends NllLossOptions {
  /** The part of each target that is spread evenly over all classes, from 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
}

/** PyTorch's older ways to give a reduction hold a place in the order of arguments. */
const older = only(null, 'use reduction: "mean", "sum" or "none"');
const sizeAverage = optional("sizeAverage", older, null);
const reduce = optional("reduce", older, null);
const reduction = optional("reduction", oneOf<Reduction>("mean", "sum", "none"), "mean");
const mseLossParameters = [sizeAverage, reduce, reduction] as const;
const nllLossParameters = [
  optional("weight", orNull(anyTensor), null),
  sizeAverage,
  optional("ignoreIndex", integer(), -100),
  reduce,
  reduction,
] as const;
const crossEntropyParameters = [...nllLossParameters, optional("labelSmoothing", numberWithin(0, 1), 0)] as const;
const both = [required("input", anyTensor), required("target", anyTensor)] as const;

/**
 * Computes the negative log-likelihood: minus the log-probability of the target's class. A negative loss means that the
 * input holds none, and a line on the console says so once. PyTorch: `torch.nn.functional.nll_loss`.
 * @param input log-probabilities [N, C] or [N, C, …], as `logSoftmax` computes them
 * @param target the right classes, from 0 to C − 1, as int32 [N] or [N, …]
 * @param rest the weights of the classes by position or name; ignoreIndex and reduction by name
 * @returns a scalar; with the reduction "none", a tensor of the target's shape
 * @throws ShapeError if the shapes do not fit or the target is not int32; ArgumentError for an unknown option or
 *   reduction, or for a class out of range
 * @function
 * @example F.nllLoss(F.logSoftmax(zeros([2, 10]), 1), tensor(Int32Array.of(3, 7))).item(); // 2.302585
 */
export const nllLoss: (
  input: Tensor,
  target: Tensor,
  ...rest: Arguments<NllLossOptions, typeof nllLossParameters>
) => Tensor = checked("nllLoss", [...both, ...nllLossParameters], ({ input, target, ...options }) => {
  const loss = classLoss(input.node, classesOf("nllLoss", input, target, options), options, 0);
  // Weights may be negative, and so may be their losses.
  if (!options.weight) {
    const problem = `nllLoss: the loss is negative, so its input ${formatShape(input.shape)} holds no log-likelihoods`;
    watchLoss(
      loss.node,
      `${problem}. For scores (logits), write F.crossEntropy(x, target); after softmax(1), F.nllLoss(x.log(), target).`,
    );
  }
  return loss;
});

/**
 * Computes the negative log-likelihood of softmax(input). PyTorch: `torch.nn.functional.cross_entropy`, with class
 * indices.
 * @param input scores (logits) [N, C] or [N, C, …], not probabilities
 * @param target the right classes, from 0 to C − 1, as int32 [N] or [N, …]
 * @param rest the weights of the classes by position or name; ignoreIndex, reduction and labelSmoothing by name
 * @returns a scalar; with the reduction "none", a tensor of the target's shape
 * @throws ShapeError if the shapes do not fit or the target is not int32; ArgumentError for an unknown option or
 *   reduction, for label smoothing outside 0 to 1, or for a class out of range
 * @function
 * @example
 * const scores = tensor([[4, 0, 0], [0, 4, 0]]);
 * F.crossEntropy(scores, tensor(Int32Array.of(0, 1))).item(); // 0.03598
 * F.crossEntropy(scores, tensor(Int32Array.of(0, 2)), { reduction: "none" }).tolist(); // [0.03598, 4.03598]
 */
export const crossEntropy: (
  input: Tensor,
  target: Tensor,
  ...rest: Arguments<CrossEntropyOptions, typeof crossEntropyParameters>
) => Tensor = checked("crossEntropy", [...both, ...crossEntropyParameters], ({ input, target, ...options }) => {
  const classes = classesOf("crossEntropy", input, target, options);
  return classLoss(input.logSoftmax(1).node, classes, options, options.labelSmoothing);
});

/**
 * Computes the mean squared error, (input − target)². PyTorch: `torch.nn.functional.mse_loss`.
 * @param input a tensor of any shape
 * @param target a tensor of the same shape; nothing is broadcast
 * @param rest the reduction, by name
 * @returns a scalar; with the reduction "none", a tensor of the input's shape
 * @throws ShapeError if the shapes differ; ArgumentError for an unknown option or reduction
 * @function
 * @example F.mseLoss(tensor([1, 2, 3]), tensor([1, 2, 5])).item(); // 1.33333
 */
export const mseLoss: (
  input: Tensor,
  target: Tensor,
  ...rest: Arguments<LossOptions, typeof mseLossParameters>
) => Tensor = checked("mseLoss", [...both, ...mseLossParameters], ({ input, target, reduction }) => {
  if (!shapesEqual(input.shape, target.shape)) {
    throw new ShapeError({
      op: "mseLoss",
      problem: `input is ${formatShape(input.shape)} but target is ${formatShape(target.shape)}`,
      expected: "equal shapes",
      hint: "reshape() or expand() one of them",
    });
  }
  const squares = input.sub(target).square();
  return reduction === "none" ? squares : squares[reduction]();
});

/** The loss of log-probabilities [N,C,…], with a share of each target spread over all classes. */
function classLoss(logs: Node, target: Node, options: Required<NllLossOptions>, smoothing: number): Tensor {
  const { reduction, weight, ignoreIndex } = options;
  const classes = logs.shape[1]!;
  const classAxis = logs.shape.map((_, axis) => (axis === 1 ? classes : 1));
  const labels = ops.reshape(target, [target.shape[0]!, 1, ...target.shape.slice(1)]);
  const counts = ops.ne(labels, ops.constant(ignoreIndex, [], "int32"));
  const equal = ops.eq(labels, ops.iota(classAxis, 1));
  // If the ignored index is not a class, `equal` already leaves it out.
  const hit = ignoreIndex >= 0 && ignoreIndex < classes ? ops.mul(equal, counts) : equal;
  const importance = weight ? ops.reshape(weight.node, classAxis) : ops.constant(1);
  const weighted = weight ? ops.mul(logs, importance) : logs;
  // This selects instead of multiplying by 0 or 1, because another class's log-probability may be −∞.
  const chosen = (by: Node, share: number): Node =>
    ops.where(by, share === 1 ? weighted : ops.mul(weighted, ops.constant(share)), ops.constant(0));
  const terms =
    smoothing === 0 ? chosen(hit, 1) : ops.add(chosen(hit, 1 - smoothing), chosen(counts, smoothing / classes));
  if (reduction === "none") return new Tensor(ops.reshape(ops.neg(ops.sum(terms, [1])), target.shape));
  const total = ops.neg(sumAll(terms));
  return new Tensor(reduction === "sum" ? total : ops.div(total, sumAll(ops.where(hit, importance, ops.constant(0)))));
}

function sumAll(x: Node): Node {
  const axes = x.shape.map((_, axis) => axis);
  return ops.reshape(ops.sum(x, axes), []);
}

/** The target, whose shape and type fit. Its classes are checked at once if they are known, and in each run. */
function classesOf(op: string, input: Tensor, target: Tensor, options: Required<NllLossOptions>): Node {
  if (input.ndim < 2) {
    throw new ShapeError({
      op,
      problem: `input ${formatShape(input.shape)} has no class axis`,
      expected: "[N,C] or [N,C,…]",
    });
  }
  if (target.dtype !== "int32") {
    throw new ShapeError({
      op,
      problem: `target ${formatShape(target.shape)} holds ${target.dtype}`,
      expected: "class indices as int32",
      hint: "make it from an Int32Array, or convert it with int()",
    });
  }
  const expected = [input.shape[0]!, ...input.shape.slice(2)];
  if (!shapesEqual(target.shape, expected)) {
    throw new ShapeError({
      op,
      problem: `target ${formatShape(target.shape)} does not fit input ${formatShape(input.shape)}`,
      expected: `a class for each place: ${formatShape(expected)}`,
    });
  }
  const classes = input.shape[1]!;
  const { weight } = options;
  if (weight) {
    requireShape(
      op,
      weight.shape,
      [classes],
      () =>
        `weight ${formatShape(weight.shape)} does not fit the ${classes} classes of input ${formatShape(input.shape)}`,
    );
  }
  const range = { count: classes, ignoreIndex: options.ignoreIndex };
  if (target.node.value) ops.refuseOutside(op, target.node.value, range);
  return ops.verified(target.node, op, range);
}
