/** The losses that a training can use, by the names in its configuration. */
import { LOSSES, type LossName } from "../config/config.js";
import { oneOf } from "../errors/kinds.js";
import { functional as F } from "../nn/index.js";
import type { LossOptions } from "../nn/functional/losses.js";
import type { Tensor } from "../tensor/tensor.js";

/** A loss of a network's outputs [N, classes] for int32 labels [N]. */
export type Loss = (output: Tensor, labels: Tensor, options?: LossOptions) => Tensor;

export const losses: Readonly<Record<LossName, Loss>> = {
  nll: (output, labels, options = {}) => F.nllLoss(output, labels, options),
  "cross-entropy": (output, labels, options = {}) => F.crossEntropy(output, labels, options),
};

/** The name of a loss, as an argument. */
export const lossName = oneOf<LossName>(...LOSSES);

/** What a network computes for a loss, in the words of errors. */
export const outputsFor: Readonly<Record<LossName, string>> = {
  nll: "log-likelihoods",
  "cross-entropy": "scores (logits)",
};

/** Which loss belongs to a network's outputs. */
export interface LossChoice {
  /** "nll" for log-likelihoods, "cross-entropy" for scores (logits). Default "nll". */
  readonly loss?: LossName;
}
