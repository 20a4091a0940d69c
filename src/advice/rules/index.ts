/**
 * All rules, in the order in which they give their advice: on the prediction first, then on single layers, then on the
 * network as a whole. A new one is a file in this folder, plus an import and an entry here.
 */
import type { AdviceRule } from "../rule.js";
import { rule as batchMixed } from "./batch-mixed.js";
import { rule as batchNormBeforePrediction } from "./batch-norm-before-prediction.js";
import { rule as batchNormMissing } from "./batch-norm-missing.js";
import { rule as convolvesTooLong } from "./convolves-too-long.js";
import { rule as dropoutBeforePrediction } from "./dropout-before-prediction.js";
import { rule as dropoutBesideBatchNorm } from "./dropout-beside-batch-norm.js";
import { rule as dropoutTooEarly } from "./dropout-too-early.js";
import { rule as fieldCompleteLongAgo } from "./field-complete-long-ago.js";
import { rule as fieldTooSmall } from "./field-too-small.js";
import { rule as flattenedPattern } from "./flattened-pattern.js";
import { rule as largeKernel } from "./large-kernel.js";
import { rule as logOfSoftmax } from "./log-of-softmax.js";
import { rule as noActivation } from "./no-activation.js";
import { rule as noConvolution } from "./no-convolution.js";
import { rule as poolingNearPrediction } from "./pooling-near-prediction.js";
import { rule as poolingTooEarly } from "./pooling-too-early.js";
import { rule as reluBeforeSoftmax } from "./relu-before-softmax.js";
import { rule as skippedPixels } from "./skipped-pixels.js";
import { rule as softmaxAxis } from "./softmax-axis.js";
import { rule as softmaxBeforeLoss } from "./softmax-before-loss.js";
import { rule as softmaxBeforeMean } from "./softmax-before-mean.js";
import { rule as softmaxTwice } from "./softmax-twice.js";
import { rule as tooFewFeatures } from "./too-few-features.js";
import { rule as tooManyKernels } from "./too-many-kernels.js";
import { rule as tooManyParameters } from "./too-many-parameters.js";
import { rule as transitionMisplaced } from "./transition-misplaced.js";

/**
 * All rules, in the order in which they give their advice: on the prediction first, then on single layers, then on the
 * network as a whole.
 */
export const adviceRules: readonly AdviceRule[] = [
  reluBeforeSoftmax,
  softmaxTwice,
  logOfSoftmax,
  softmaxBeforeLoss,
  softmaxAxis,
  softmaxBeforeMean,
  batchMixed,
  dropoutBeforePrediction,
  batchNormBeforePrediction,
  noConvolution,
  flattenedPattern,
  tooFewFeatures,
  batchNormMissing,
  noActivation,
  dropoutBesideBatchNorm,
  dropoutTooEarly,
  largeKernel,
  convolvesTooLong,
  fieldTooSmall,
  fieldCompleteLongAgo,
  skippedPixels,
  poolingTooEarly,
  poolingNearPrediction,
  transitionMisplaced,
  tooManyKernels,
  tooManyParameters,
];
