/** How a network does on images that it was not trained on. */
import type { Batch } from "../data/dataset.js";
import { noGrad } from "../graph/grad-mode.js";
import { functional as F, type Module } from "../nn/index.js";
import { stack } from "../creation.js";
import type { Tensor } from "../tensor.js";

export interface Evaluation {
  /** The mean negative log-likelihood. */
  readonly testLoss: number;
  /** Images whose likeliest class is the right one, of how many. */
  readonly correct: number;
  readonly total: number;
}

/**
 * Tests a network that gives log-likelihoods [N, classes], in evaluation mode; its mode is put back.
 * @param batches images [N,C,H,W] with their classes, int32 [N]: a DataLoader, or what its iterate() gives
 * @example const { correct, total } = evaluate(model, testLoader);
 */
export function evaluate(model: Module, batches: Iterable<Batch>): Evaluation {
  const { training } = model;
  model.eval();
  try {
    return noGrad(() => sumUp(model, batches));
  } finally {
    model.train(training);
  }
}

function sumUp(model: Module, batches: Iterable<Batch>): Evaluation {
  let [loss, correct, total] = [0, 0, 0];
  for (const [images, labels] of batches) {
    const output = (model as (images: Tensor) => Tensor)(images);
    const batchLoss = F.nllLoss(output, labels, { reduction: "sum" });
    const hits = output.argmax(1).eq(labels).float().sum();
    // Asked for in one tensor, they are computed in one program.
    const [lossSum, hitSum] = stack([batchLoss, hits]).data();
    loss += lossSum!;
    correct += hitSum!;
    total += labels.shape[0]!;
  }
  return { testLoss: loss / total, correct, total };
}
