/**
 * The questions of the quiz. A new one is a file in this folder, plus an import and an entry here. Append the entry: the
 * order determines which questions a seed gives.
 */
import type { Question } from "../question.js";
import { question as activations } from "./activations.js";
import { question as channelWeights } from "./channel-weights.js";
import { question as classicalDropout } from "./classical-dropout.js";
import { question as classifierWeights } from "./classifier-weights.js";
import { question as convolutionAsLinear } from "./convolution-as-linear.js";
import { question as convolutionLines } from "./convolution-lines.js";
import { question as convolutionWeights } from "./convolution-weights.js";
import { question as dropoutInValidation } from "./dropout-in-validation.js";
import { question as dropoutPlace } from "./dropout-place.js";
import { question as flatten } from "./flatten.js";
import { question as invertedDropout } from "./inverted-dropout.js";
import { question as likelihood } from "./likelihood.js";
import { question as linearWeights } from "./linear-weights.js";
import { question as negativeLogLikelihood } from "./negative-log-likelihood.js";
import { question as normalisation } from "./normalisation.js";
import { question as oneHotNetwork } from "./one-hot-network.js";
import { question as receptiveField } from "./receptive-field.js";
import { question as reluBeforeSoftmax } from "./relu-before-softmax.js";
import { question as softmax } from "./softmax.js";

/** The questions of the quiz. Their order determines which ones a seed gives. */
export const questions: readonly Question[] = [
  linearWeights,
  convolutionAsLinear,
  convolutionWeights,
  convolutionLines,
  channelWeights,
  classifierWeights,
  oneHotNetwork,
  receptiveField,
  negativeLogLikelihood,
  softmax,
  invertedDropout,
  classicalDropout,
  reluBeforeSoftmax,
  dropoutInValidation,
  dropoutPlace,
  likelihood,
  flatten,
  normalisation,
  activations,
];
