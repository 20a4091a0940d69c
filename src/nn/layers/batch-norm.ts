/** Batch normalisation (Ioffe and Szegedy 2015, arXiv 1502.03167). PyTorch: `BatchNorm2d`. */
import { noGrad } from "../../graph/grad-mode.js";
import { ones, zeros } from "../../tensor/creation.js";
import type { Operand, Tensor } from "../../tensor/tensor.js";
import * as F from "../functional/index.js";
import { ones_, zeros_ } from "../init.js";
import { Module } from "../module.js";
import { pythonBool, pythonFloat } from "../../text/python.js";
import { checkInteger, withDefaults } from "../../errors/options.js";
import { Buffer, Parameter } from "../parameter.js";

export interface BatchNorm2dOptions {
  /** Is added to the variance; 1e-5 unless given. */
  readonly eps?: number;
  /** The share of each batch in the running statistics; null: all batches count the same; 0.1 unless given. */
  readonly momentum?: number | null;
  /** Whether each channel is scaled and shifted afterwards by learned numbers; true unless given. */
  readonly affine?: boolean;
  /** Whether evaluation uses running statistics; otherwise the batch's own. True unless given. */
  readonly trackRunningStats?: boolean;
}

const defaults: Required<BatchNorm2dOptions> = { eps: 1e-5, momentum: 0.1, affine: true, trackRunningStats: true };

/**
 * Shifts and scales each channel of [N, C, H, W] to mean 0 and variance 1: in training by the statistics of the batch,
 * in evaluation by the running ones. First values: weight 1, bias 0, running mean 0, running variance 1.
 * @param numFeatures C, the number of channels
 *
 * @example
 * const bn = new nn.BatchNorm2d(8);
 */
export class BatchNorm2d extends Module {
  eps: number;
  momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  /** [C] */
  readonly weight: Parameter | null;
  /** [C] */
  readonly bias: Parameter | null;
  /** [C] */
  readonly runningMean: Buffer | null;
  /** [C]; unbiased variances */
  readonly runningVar: Buffer | null;
  readonly numBatchesTracked: Buffer | null;

  constructor(
    readonly numFeatures: number,
    options: BatchNorm2dOptions = {},
  ) {
    super();
    const { eps, momentum, affine, trackRunningStats: tracks } = withDefaults("BatchNorm2d", defaults, options);
    checkInteger("BatchNorm2d", "numFeatures", numFeatures, 1);
    this.eps = eps;
    this.momentum = momentum;
    this.affine = affine;
    this.trackRunningStats = tracks;
    this.weight = affine ? new Parameter(ones([numFeatures])) : null;
    this.bias = affine ? new Parameter(zeros([numFeatures])) : null;
    this.runningMean = tracks ? new Buffer(zeros([numFeatures])) : null;
    this.runningVar = tracks ? new Buffer(ones([numFeatures])) : null;
    this.numBatchesTracked = tracks ? new Buffer(zeros([], { dtype: "int32" })) : null;
  }

  /** Sets the first values again. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
    if (this.runningMean) zeros_(this.runningMean);
    if (this.runningVar) ones_(this.runningVar);
    this.numBatchesTracked?.setData(Int32Array.of(0));
  }

  override forward(input: Tensor): Tensor {
    const { weight, bias, runningMean, runningVar, eps } = this;
    const training = this.training || runningMean === null;
    const momentum = this.training ? this.countBatch() : 0;
    return F.batchNorm(input, runningMean, runningVar, { weight, bias, training, momentum, eps });
  }

  /** Counts the batch and gives its share in the running statistics. */
  private countBatch(): Operand {
    const { numBatchesTracked } = this;
    if (!numBatchesTracked) return 0;
    return noGrad(() => {
      numBatchesTracked.copy_(numBatchesTracked.add(BATCH));
      return this.momentum ?? numBatchesTracked.float().reciprocal();
    });
  }

  override extraRepr(): string {
    const { eps, momentum, affine, trackRunningStats } = this;
    return [
      String(this.numFeatures),
      `eps=${pythonFloat(eps)}`,
      `momentum=${momentum === null ? "None" : pythonFloat(momentum)}`,
      `affine=${pythonBool(affine)}`,
      `track_running_stats=${pythonBool(trackRunningStats)}`,
    ].join(", ");
  }
}

/** One more batch; int32, as the count. */
const BATCH = ones([], { dtype: "int32" });
