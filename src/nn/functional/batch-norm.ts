/** Batch normalisation as a function. */
import { either, flag, number, orNull } from "../../errors/kinds.js";
import { checked, optional, required, type Arguments } from "../../errors/signature.js";
import { ArgumentError, ShapeError } from "../../errors/errors.js";
import { noGrad } from "../../graph/grad-mode.js";
import type { Node } from "../../graph/node.js";
import * as ops from "../../ops/index.js";
import { requireImage } from "../../ops/window.js";
import { formatShape, requireShape } from "../../graph/shape.js";
import { anyTensor } from "../../tensor/kinds.js";
import { asNode } from "../../tensor/methods/handle.js";
import { Tensor, type Operand } from "../../tensor/tensor.js";
import { counted } from "../../text/counted.js";

/** Options of `F.batchNorm`. */
export interface BatchNormOptions {
  /** The scale of each channel, [C]. Default: none. */
  readonly weight?: Tensor | null;
  /** The shift of each channel, [C]. Default: none. */
  readonly bias?: Tensor | null;
  /** Whether to normalise with the statistics of the batch and to update the running ones. Default false. */
  readonly training?: boolean;

  /**
   * The weight of the batch in the updated running statistics, from 0 to 1; a tensor if it changes from step to step.
   * Default 0.1.
   */
  readonly momentum?: Operand;
  /** A small number that is added to the variance. Default 1e-5. */
  readonly eps?: number;
}

const optionalParameters = [
  optional("weight", orNull(anyTensor), null),
  optional("bias", orNull(anyTensor), null),
  optional("training", flag, false),
  optional("momentum", either(number, anyTensor), 0.1),
  optional("eps", number, 1e-5),
] as const;

/**
 * Normalises each channel to mean 0 and variance 1: in training with the statistics of the batch, otherwise with the
 * running ones. In training the running statistics, if given, become (1 − momentum)·running + momentum·batch when
 * pending tensors are next computed; the batch's variance is then the unbiased one. Ioffe and Szegedy 2015 (arXiv
 * 1502.03167). PyTorch: `torch.nn.functional.batch_norm`.
 * @param input images [N, C, H, W]
 * @param runningMean the running mean of each channel, a buffer [C]; null without one, in training only
 * @param runningVar the running variance of each channel, a buffer [C]; null without one, in training only
 * @param rest weight, bias, training, momentum and eps: in this order, or by name in an object
 * @returns a tensor [N, C, H, W]
 * @throws ShapeError if a tensor does not have C elements, or if there are fewer than two values per channel in training;
 *   ArgumentError if running statistics are missing outside training
 * @function
 * @example
 * const images = rand([4, 2, 3, 3]);
 * const normal = F.batchNorm(images, null, null, { training: true });
 * normal.mean([0, 2, 3]).abs().amax().item() < 1e-6; // true
 * normal.var([0, 2, 3], 0).tolist(); // [0.9999, 0.9999]
 */
export const batchNorm: (
  input: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  ...rest: Arguments<BatchNormOptions, typeof optionalParameters>
) => Tensor = checked(
  "batchNorm",
  [
    required("input", anyTensor),
    required("runningMean", orNull(anyTensor)),
    required("runningVar", orNull(anyTensor)),
    ...optionalParameters,
  ],
  normalize,
);

/** A normalisation's arguments, with the defaults of those that are missing. */
type Normalization = Required<BatchNormOptions> & {
  readonly input: Tensor;
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
};

function normalize(given: Normalization): Tensor {
  const { input, runningMean, runningVar, weight, bias, training, momentum, eps } = given;
  requireImage("batchNorm", "input", input.node);
  requireChannels(input, { runningMean, runningVar, weight, bias });
  if (!training) {
    if (runningMean && runningVar) return normalized(input, runningMean, runningVar, weight, bias, eps);
    throw new ArgumentError({
      op: "batchNorm",
      problem: "runningMean and runningVar are needed outside training",
      hint: "pass them, or { training: true } to use the statistics of the batch",
    });
  }
  const count = input.numel() / input.shape[1]!;
  if (count <= 1) {
    throw new ShapeError({
      op: "batchNorm",
      problem: `input ${formatShape(input.shape)} has ${count === 0 ? "no values" : "a single value per channel, which has no variance"}`,
      expected: "more than one value per channel in training",
      hint: "use a larger batch, dropLast, or model.eval()",
    });
  }
  const { mean, variance } = noGrad(() => ops.batchMoments(input.node));
  noGrad(() => {
    if (runningMean) blend(runningMean, mean, momentum);
    if (runningVar) blend(runningVar, ops.mul(variance, ops.constant(count / (count - 1))), momentum);
  });
  return new Tensor(ops.batchNorm(input.node, weight?.node ?? null, bias?.node ?? null, mean, variance, eps));
}

/** running = (1 − momentum)·running + momentum·statistic. */
function blend(running: Tensor, statistic: Node, momentum: Operand): void {
  const share = asNode(momentum);
  const rest = typeof momentum === "number" ? ops.constant(1 - momentum) : ops.sub(ops.constant(1), share);
  const now = ops.reshape(statistic, running.shape);
  running.copy_(new Tensor(ops.add(ops.mul(running.node, rest), ops.mul(now, share))));
}

function normalized(
  input: Tensor,
  mean: Tensor,
  variance: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  const rstd = ops.rsqrt(ops.add(variance.node, ops.constant(eps)));
  const scale = weight ? ops.mul(rstd, weight.node) : rstd;
  const scaled = ops.mul(ops.sub(input.node, perChannel(mean.node)), perChannel(scale));
  return new Tensor(bias ? ops.add(scaled, perChannel(bias.node)) : scaled);
}

function requireChannels(input: Tensor, tensors: Record<string, Tensor | null>): void {
  const channels = input.shape[1]!;
  for (const [name, given] of Object.entries(tensors)) {
    if (!given) continue;
    requireShape(
      "batchNorm",
      given.shape,
      [channels],
      () =>
        `input ${formatShape(input.shape)} has ${counted(channels, "channel")}, but ${name} has the shape ${formatShape(given.shape)}`,
      "give the layer as many features as the convolution before it has output channels",
    );
  }
}

/** [C] → [1,C,1,1]. */
function perChannel(node: Node): Node {
  return ops.reshape(node, [1, node.shape[0]!, 1, 1]);
}
