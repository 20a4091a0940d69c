/** A network's answer for every test image: the basis of confusion matrix, calibration and mistakes. */
import { anyNetwork } from "../trace/kinds.js";
import { recordWith, iterable } from "../errors/record-kinds.js";
import { Signature, required } from "../errors/signature.js";
import type { Batch } from "../data/dataset.js";
import { ArgumentError } from "../errors/errors.js";
import { noGrad } from "../graph/grad-mode.js";
import type { Module } from "../nn/index.js";
import { evaluating } from "../nn/modes.js";
import { asLikelihoods } from "../train/outputs.js";
import { refuseOutside } from "../ops/index.js";
import type { Tensor } from "../tensor/tensor.js";

/** A network's answer for every image. */
export interface Predictions {
  /** The number of classes. */
  readonly classes: number;
  /** The true class of each image. */
  readonly labels: Int32Array;
  /** The likelihoods of the classes, [images, classes], row-major; NaN where the network computed NaN. */
  readonly likelihoods: Float32Array;
}

const ofPredict = new Signature("predict", [
  required("model", anyNetwork),
  required("batches", iterable("batches of images and labels, such as a DataLoader")),
]);

/**
 * Classifies images. A network's outputs may be log-likelihoods or scores (logits), whose softmax is the likelihoods, or
 * likelihoods. Each module gets its own mode back.
 * @param model a network that computes log-likelihoods, scores or likelihoods [N, classes]; it is called in evaluation mode
 * @param batches images [N, C, H, W] with their classes, int32 [N], in an order that does not change
 * @returns the likelihoods, and the true classes
 * @throws ArgumentError for a label that is none of the classes, and if there are no images
 * @example
 * const test = new DataLoader(new TensorDataset(rand([6, 1, 28, 28]), randint(0, 10, [6])), { batchSize: 4 });
 * predict(new ExerciseNet(), test).likelihoods.length; // 60
 */
export function predict(model: Module, batches: Iterable<Batch>): Predictions {
  ofPredict.read(arguments);
  return evaluating(model, () => {
    const labels: number[] = [];
    const parts: Float32Array[] = [];
    let classes = 0;
    for (const [images, targets] of batches) {
      const output = noGrad(() => asLikelihoods((model as (images: Tensor) => Tensor)(images)));
      parts.push(output.data() as Float32Array);
      classes = output.shape[1]!;
      const given = targets.data();
      refuseOutside("predict", given, { count: classes });
      for (const label of given) labels.push(label);
    }
    if (labels.length === 0) {
      throw new ArgumentError({
        op: "predict",
        problem: "there are no images to classify",
        expected: "at least one batch",
        hint: "a generator of batches can be used once only: pass a DataLoader, or call its iterate() again",
      });
    }
    const likelihoods = new Float32Array(labels.length * classes);
    parts.reduce((at, part) => (likelihoods.set(part, at), at + part.length), 0);
    return { classes, labels: Int32Array.from(labels), likelihoods };
  });
}

/** A network's answer for one image. */
export interface Answered {
  /** The number of the image. */
  readonly index: number;
  /** Its true class. */
  readonly label: number;
  /** The likeliest class; of equally likely ones, or several NaN, the first. */
  readonly predicted: number;
  /** The likelihood of that class. */
  readonly confidence: number;
  /** The likelihood of the true class. */
  readonly ofLabel: number;
}

const predicted = [
  required("predictions", recordWith("what predict() returns", "classes", "labels", "likelihoods")),
] as const;
const ofAnswers = new Signature("answers", predicted);

/**
 * Lists the answers in the order of the images.
 * @param predictions what `predict` returned
 * @returns the answers, one by one
 * @throws ArgumentError unless there is a likelihood for each image and class
 * @example
 * const predictions = { classes: 2, labels: Int32Array.of(0, 1), likelihoods: Float32Array.of(0.75, 0.25, 0.75, 0.25) };
 * [...answers(predictions)].map(({ predicted }) => predicted); // [0, 0]
 */
export function answers(predictions: Predictions): Generator<Answered> {
  ofAnswers.read(arguments);
  const { classes, labels, likelihoods } = predictions;
  if (likelihoods.length !== labels.length * classes) {
    throw new ArgumentError({
      op: "answers",
      problem: "the predictions do not have a likelihood for each image and class",
      expected: `${labels.length} × ${classes} likelihoods`,
      got: String(likelihoods.length),
      hint: "pass what predict() returned",
    });
  }
  return answersIn(predictions);
}

function* answersIn({ classes, labels, likelihoods }: Predictions): Generator<Answered> {
  for (let index = 0; index < labels.length; index++) {
    const row = likelihoods.subarray(index * classes, (index + 1) * classes);
    const label = labels[index]!;
    let predicted = 0;
    // NaN counts as the largest, as in argmax.
    for (let c = 1; c < classes && !Number.isNaN(row[predicted]); c++) if (!(row[c]! <= row[predicted]!)) predicted = c;
    yield { index, label, predicted, confidence: row[predicted]!, ofLabel: row[label] ?? NaN };
  }
}

const ofMistakes = new Signature("mistakes", predicted);

/**
 * Lists the wrong answers, the most confident first. Answers without a likelihood (NaN) come last.
 * @param predictions what `predict` returned
 * @returns the wrong answers
 * @example
 * const predictions = { classes: 2, labels: Int32Array.of(0, 1), likelihoods: Float32Array.of(0.75, 0.25, 0.75, 0.25) };
 * mistakes(predictions)[0]; // { index: 1, label: 1, predicted: 0, confidence: 0.75, ofLabel: 0.25 }
 */
export function mistakes(predictions: Predictions): Answered[] {
  ofMistakes.read(arguments);
  const wrong = [...answers(predictions)].filter(({ label, predicted }) => label !== predicted);
  const sureness = ({ confidence }: Answered): number => (Number.isNaN(confidence) ? -1 : confidence);
  return wrong.sort((a, b) => sureness(b) - sureness(a) || a.index - b.index);
}
