/** A network's answer for every test image: the basis of confusion matrix, calibration and mistakes. */
import type { Batch } from "../data/dataset.js";
import { noGrad } from "../graph/grad-mode.js";
import type { Module } from "../nn/index.js";
import { evaluating } from "../nn/modes.js";
import type { Tensor } from "../tensor/tensor.js";

export interface Predictions {
  /** How many classes the network distinguishes. */
  readonly classes: number;
  /** The true class of each image. */
  readonly labels: Int32Array;
  /** Likelihoods of the classes, [images, classes], row-major; NaN where the network returned NaN. */
  readonly likelihoods: Float32Array;
}

/**
 * Classifies images with a network that gives log-likelihoods [N, classes], in evaluation mode. Each module gets its own
 * mode back.
 * @param batches images [N,C,H,W] with their classes, int32 [N], in an order that does not change
 * @example const matrix = confusionMatrix(predict(model, testLoader));
 */
export function predict(model: Module, batches: Iterable<Batch>): Predictions {
  return evaluating(model, () => {
    const labels: number[] = [];
    const parts: Float32Array[] = [];
    let classes = 0;
    for (const [images, targets] of batches) {
      const output = noGrad(() => (model as (images: Tensor) => Tensor)(images).exp());
      parts.push(output.data() as Float32Array);
      labels.push(...targets.data());
      classes = output.shape[1]!;
    }
    const likelihoods = new Float32Array(labels.length * classes);
    parts.reduce((at, part) => (likelihoods.set(part, at), at + part.length), 0);
    return { classes, labels: Int32Array.from(labels), likelihoods };
  });
}

/** A network's answer for one image. */
export interface Answered {
  /** The image's index in the data. */
  readonly index: number;
  readonly label: number;
  /** The likeliest class; of equally likely ones the first. */
  readonly predicted: number;
  /** Its likelihood, and that of the true class. */
  readonly confidence: number;
  readonly ofLabel: number;
}

/** The answers in the order of the images. */
export function* answers({ classes, labels, likelihoods }: Predictions): Generator<Answered> {
  for (let index = 0; index < labels.length; index++) {
    const row = likelihoods.subarray(index * classes, (index + 1) * classes);
    const label = labels[index]!;
    let predicted = 0;
    for (let c = 1; c < classes; c++) if (row[c]! > row[predicted]!) predicted = c;
    yield { index, label, predicted, confidence: row[predicted]!, ofLabel: row[label] ?? NaN };
  }
}

/** The wrong answers, most confident first. Answers without a likelihood (NaN) come last. */
export function mistakes(predictions: Predictions): Answered[] {
  const wrong = [...answers(predictions)].filter(({ label, predicted }) => label !== predicted);
  const sureness = ({ confidence }: Answered): number => (Number.isNaN(confidence) ? -1 : confidence);
  return wrong.sort((a, b) => sureness(b) - sureness(a) || a.index - b.index);
}
