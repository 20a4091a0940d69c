/** Batch normalisation (Ioffe and Szegedy 2015, arXiv 1502.03167). PyTorch: `BatchNorm2d`. */
import { noGrad } from "../../graph/grad-mode.js";
import * as ops from "../../ops/index.js";
import { ones, zeros } from "../../tensor/creation.js";
import { Tensor, type Operand } from "../../tensor/tensor.js";
import * as F from "../functional/index.js";
import { ones_, zeros_ } from "../init.js";
import { Module } from "../module.js";
import { answerForFields } from "./python-names.js";
import { pythonFields } from "../../text/python.js";
import { flag, integer, number, numberWithin, orNull } from "../../errors/kinds.js";
import { optional, required, Signature, type Arguments } from "../../errors/signature.js";
import { holdFields } from "../held-fields.js";
import { Buffer, Parameter } from "../parameter.js";

/** Options of `nn.BatchNorm2d`. */
export interface BatchNorm2dOptions {
  /** A small number that is added to the variance. Default 1e-5. */
  readonly eps?: number;

  /**
   * The weight of each batch in the running statistics, from 0 to 1; null for a plain average over all batches. Default
   * 0.1.
   */
  readonly momentum?: number | null;
  /** Whether each channel is then scaled and shifted by trained numbers. Default true. */
  readonly affine?: boolean;
  /** Whether evaluation uses running statistics rather than the batch's own. Default true. */
  readonly trackRunningStats?: boolean;
}

const optionalParameters = [
  optional("eps", number, 1e-5),
  optional("momentum", orNull(numberWithin(0, 1)), 0.1),
  optional("affine", flag, true),
  optional("trackRunningStats", flag, true),
] as const;
const signature = new Signature("BatchNorm2d", [required("numFeatures", integer(1)), ...optionalParameters]);

/**
 * Normalises each channel of images [N, C, H, W] to mean 0 and variance 1, then scales and shifts it: in training with
 * the statistics of the batch, in evaluation with the running ones. Initially the weight is 1, the bias 0, the running
 * mean 0, and the running variance 1. Ioffe and Szegedy 2015 (arXiv 1502.03167). PyTorch: `torch.nn.BatchNorm2d`.
 * @example
 * const bn = new nn.BatchNorm2d(8);
 * bn(rand([4, 8, 5, 5])).shape; // [4, 8, 5, 5]
 * [...bn.stateDict().keys()]; // ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
 */
export class BatchNorm2d extends Module {
  /** @internal */
  static override readonly elsewhere = { pytorch: "BatchNorm2d" };

  /** The number of channels, C. */
  readonly numFeatures: number;
  /** A small number that is added to the variance. */
  eps: number;
  /** The weight of each batch in the running statistics; null for a plain average over all batches. */
  momentum: number | null;
  /** Whether there are a weight and a bias. */
  readonly affine: boolean;
  /** Whether training updates the running statistics. */
  trackRunningStats: boolean;
  /** The scale of each channel, [C]. */
  readonly weight: Parameter | null;
  /** The shift of each channel, [C]. */
  readonly bias: Parameter | null;
  /** The running mean of each channel, [C]. */
  readonly runningMean: Buffer | null;
  /** The running, unbiased variance of each channel, [C]. */
  readonly runningVar: Buffer | null;
  /** The number of batches in the running statistics, a scalar. */
  readonly numBatchesTracked: Buffer | null;

  /**
   * @param numFeatures the number of channels, C
   * @param rest eps, momentum, affine and trackRunningStats: in this order, or by name in an object
   * @throws ArgumentError if the number of channels is not a positive integer, or for a momentum outside 0 to 1
   */
  constructor(numFeatures: number, ...rest: Arguments<BatchNorm2dOptions, typeof optionalParameters>) {
    super();
    const given = signature.read([numFeatures, ...rest]);
    const { eps, momentum, affine, trackRunningStats: tracks, numFeatures: channels } = given;
    this.numFeatures = channels;
    this.eps = eps;
    this.momentum = momentum;
    this.affine = affine;
    this.trackRunningStats = tracks;
    this.weight = affine ? new Parameter(ones([channels])) : null;
    this.bias = affine ? new Parameter(zeros([channels])) : null;
    this.runningMean = tracks ? new Buffer(zeros([channels])) : null;
    this.runningVar = tracks ? new Buffer(ones([channels])) : null;
    this.numBatchesTracked = tracks ? new Buffer(zeros([], { dtype: "int32" })) : null;
    holdFields(this, {
      weight: Parameter,
      bias: Parameter,
      runningMean: Buffer,
      runningVar: Buffer,
      numBatchesTracked: Buffer,
    });
  }

  /**
   * Restores the initial parameters and statistics.
   * @example
   * const bn = new nn.BatchNorm2d(2);
   * nn.init.constant_(bn.weight!, 5);
   * bn.resetParameters();
   * bn.weight!.tolist(); // [1, 1]
   */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
    if (this.runningMean) zeros_(this.runningMean);
    if (this.runningVar) ones_(this.runningVar);
    this.numBatchesTracked?.setData(Int32Array.of(0));
  }

  override forward(input: Tensor): Tensor {
    const { weight, bias, runningMean, runningVar, eps } = this;
    const training = this.training || (runningMean === null && runningVar === null);
    const isUsed = !this.training || this.trackRunningStats;
    const momentum = this.training && isUsed ? this.countBatch() : 0;
    const statistics = isUsed ? ([runningMean, runningVar] as const) : ([null, null] as const);
    return F.batchNorm(input, ...statistics, { weight, bias, training, momentum, eps });
  }

  /** Counts the batch and returns its weight in the running statistics. */
  private countBatch(): Operand {
    const { numBatchesTracked } = this;
    if (!numBatchesTracked) return 0;
    return noGrad(() => {
      numBatchesTracked.copy_(new Tensor(ops.add(numBatchesTracked.node, BATCH)));
      return this.momentum ?? numBatchesTracked.float().reciprocal();
    });
  }

  override extraRepr(): string {
    return `${this.numFeatures}, ${pythonFields(this, "eps", "momentum", "affine", "trackRunningStats")}`;
  }
}

const BATCH = ops.constant(1, [], "int32");

const names = "numFeatures trackRunningStats runningMean runningVar numBatchesTracked";
answerForFields("BatchNorm2d", BatchNorm2d, names);
