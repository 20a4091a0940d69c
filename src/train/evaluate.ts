/** How well a network does on images that it was not trained on. */
import { iterable } from "../errors/record-kinds.js";
import { anyNetwork } from "../trace/kinds.js";
import { Signature, byName, optional, required } from "../errors/signature.js";
import { compile } from "../tensor/compile.js";
import type { Batch } from "../data/dataset.js";
import { ArgumentError } from "../errors/errors.js";
import { noGrad } from "../graph/grad-mode.js";
import { evaluating } from "../nn/modes.js";
import { stack } from "../tensor/creation.js";
import type { Module } from "../nn/index.js";
import type { Tensor } from "../tensor/tensor.js";
import { losses, type Loss, type LossChoice, lossName } from "./losses.js";
import { checkOutputs, refuseNegative } from "./network-check.js";

/** How well a network does on images that it was not trained on. */
export interface Evaluation {
  /** The mean loss. */
  readonly testLoss: number;
  /** The number of images whose most likely class is the correct one. */
  readonly correct: number;
  /** The number of images. */
  readonly total: number;
}

const ofEvaluate = new Signature("evaluate", [
  required("model", anyNetwork),
  required("batches", iterable("batches of images and labels, such as a DataLoader")),
  byName(optional("loss", lossName)),
]);

/**
 * Tests a network in evaluation mode. Each module gets its own mode back.
 * @param model a network that computes log-likelihoods [N, classes] or, with the loss "cross-entropy", scores
 * @param batches images [N, C, H, W] with their classes, int32 [N]: a DataLoader, or what its `iterate()` returns
 * @param choice the loss; "nll" unless given
 * @returns the loss, and how many images are classified correctly
 * @throws ArgumentError if there are no images, or if the network's outputs do not suit the loss: "nll" needs log-likelihoods,
 *   and "cross-entropy" scores, not likelihoods
 * @example
 * const test = new TensorDataset(rand([8, 1, 28, 28]), randint(0, 10, [8]));
 * const { correct, total } = evaluate(new ExerciseNet(), new DataLoader(test, { batchSize: 4 }));
 * correct <= total && total === 8; // true
 */
export function evaluate(model: Module, batches: Iterable<Batch>, choice: LossChoice = {}): Evaluation {
  ofEvaluate.read(arguments);
  return evaluator(model, choice)(batches);
}

/**
 * Like `evaluate()`, for a network that is tested repeatedly.
 * @param compiled whether to compute batches through `compile()`: this is faster, but only works for a network whose
 *   forward pass depends on nothing but its inputs and its layers
 */
export function evaluator(
  model: Module,
  { loss = "nll", compiled = false }: LossChoice & { readonly compiled?: boolean } = {},
): (batches: Iterable<Batch>) => Evaluation {
  const scoreOf = (images: Tensor, labels: Tensor): Tensor => noGrad(() => score(model, losses[loss], images, labels));
  const scoring = compiled ? compile(scoreOf) : scoreOf;
  let checked = false;
  return (batches) => {
    const result = evaluating(model, () =>
      sumUp(batches, (images, labels) => {
        if (!checked) checkOutputs(model, images, loss);
        checked = true;
        return scoring(images, labels);
      }),
    );
    refuseNegative(model, result.testLoss, "of the test images");
    return result;
  };
}

/**
 * The sum of a batch's losses and the number of its correctly classified images, as one tensor [2], so that one program
 * computes both.
 */
function score(model: Module, loss: Loss, images: Tensor, labels: Tensor): Tensor {
  const output = (model as (images: Tensor) => Tensor)(images);
  return stack([loss(output, labels, { reduction: "sum" }), output.argmax(1).eq(labels).float().sum()]);
}

function sumUp(batches: Iterable<Batch>, scoring: (images: Tensor, labels: Tensor) => Tensor): Evaluation {
  let [loss, correct, total] = [0, 0, 0];
  for (const [images, labels] of batches) {
    const [lossSum, hits] = scoring(images, labels).data();
    loss += lossSum!;
    correct += hits!;
    total += labels.shape[0]!;
  }
  if (total === 0) {
    throw new ArgumentError({
      op: "evaluate",
      problem: "there are no images to test on",
      expected: "at least one batch",
      hint: "a generator of batches can be used once only: pass a DataLoader, or call its iterate() again",
    });
  }
  return { testLoss: loss / total, correct, total };
}
