/**
 * Everything that a report shows about a run, collected once as plain data; page/ and text/ only format it. It is a pure
 * function of the run's record and metrics, its network and its test images.
 */
import { fetchBatch, type Dataset } from "../data/dataset.js";
import { DataLoader } from "../data/data-loader.js";
import { ArgumentError } from "../errors/errors.js";
import type { Module } from "../nn/index.js";
import { Generator } from "../random/random.js";
import { advise } from "../advice/advice.js";
import type { Advice } from "../advice/rule.js";
import { inspectNetwork } from "../inspect/inspect.js";
import type { Inspection } from "../inspect/layer.js";
import { summarize, type Summary } from "../summary/summary.js";
import type { Tensor } from "../tensor/tensor.js";
import { answerQuestions, type Answer } from "../exercise/answers.js";
import type { ImageInfo } from "../runs/datasets.js";
import { gatherFacts } from "../inspect/facts.js";
import type { MetricsRecord } from "../runs/metrics-file.js";
import { judge, type Verdict } from "../exercise/rules.js";
import type { RunRecord } from "../runs/run-record.js";
import { calibration, type Calibration } from "./calibration.js";
import { classScores, confusionMatrix, type ClassScores, type ConfusionMatrix } from "./class-scores.js";
import { gatherCurves, type Curves } from "./curves.js";
import { activationMaps, firstKernels, type ActivationView, type KernelView } from "./network-views.js";
import { mistakes, predict, type Answered, type Predictions } from "./predictions.js";

/** A network with a run's weights, and the data to test it on. */
export interface TrainedNetwork {
  readonly model: Module;
  /** Epochs of training, including one that had started. */
  readonly epochs: number;
  readonly test: Dataset<unknown>;
}

/** An image before normalisation: the brightness of its first channel, from 0 to 1, row-major. */
export interface DigitPixels {
  readonly width: number;
  readonly height: number;
  readonly pixels: Float32Array;
}

export interface Mistake extends Answered {
  readonly image: DigitPixels;
}

/** A test image and its activation maps. */
export interface DigitView {
  readonly index: number;
  readonly label: number;
  readonly image: DigitPixels;
  readonly layers: readonly ActivationView[];
}

export interface NetworkReport {
  readonly epochs: number;
  /** How many test images are classified correctly, and how many there are. */
  readonly correct: number;
  readonly total: number;
  readonly verdicts: readonly Verdict[];
  readonly answers: readonly Answer[];
  readonly summary: Summary;
  /** What each layer sees and costs, with the advice on it. */
  readonly inspection: Inspection;
  readonly advice: readonly Advice[];
  readonly matrix: ConfusionMatrix;
  readonly scores: readonly ClassScores[];
  readonly calibration: Calibration;
  /** The most confident ones; `wrong` counts all of them. */
  readonly mistakes: readonly Mistake[];
  readonly wrong: number;
  readonly kernels: readonly KernelView[];
  readonly digits: readonly DigitView[];
}

export interface RunReport {
  readonly name: string;
  readonly record: RunRecord;
  readonly curves: Curves;
  /** Missing if the run has no weights yet. */
  readonly network?: NetworkReport;
}

export interface RunSource {
  /** The run's folder or another name for it. */
  readonly name: string;
  readonly record: RunRecord;
  /** Read once. */
  readonly metrics: Iterable<MetricsRecord>;
  readonly network?: TrainedNetwork | undefined;
  /** The classes for which to show the activation maps of one image; none by default. */
  readonly digits?: readonly number[];
}

/** The largest number of mistakes to show. */
const MOST_MISTAKES = 120;

/**
 * Tests a run's network and collects everything for its report.
 * @throws ArgumentError if a chosen digit is not the number of a class
 */
export function gatherRunReport({ name, record, metrics, network, digits = [] }: RunSource): RunReport {
  const curves = gatherCurves(metrics);
  return { name, record, curves, ...(network ? { network: reportNetwork(network, record, digits) } : {}) };
}

function reportNetwork(
  { model, epochs, test }: TrainedNetwork,
  { images, config }: RunRecord,
  digits: readonly number[],
): NetworkReport {
  const predictions = predict(model, new DataLoader(test, { batchSize: config.batchSize }));
  const matrix = confusionMatrix(predictions);
  const total = predictions.labels.length;
  const correct = matrix.reduce((sum, row, c) => sum + row[c]!, 0);
  const wrong = mistakes(predictions);
  const facts = gatherFacts(model, images.size);
  const inspection = inspectNetwork(model, images.size);
  return {
    epochs,
    correct,
    total,
    verdicts: judge({ correct, total, epochs, ...facts }),
    answers: answerQuestions(facts, (100 * correct) / total),
    summary: summarize(model, images.size),
    inspection,
    advice: advise(inspection),
    matrix,
    scores: classScores(matrix),
    calibration: calibration(predictions),
    mistakes: picture(wrong.slice(0, MOST_MISTAKES), test, images),
    wrong: wrong.length,
    kernels: firstKernels(model),
    digits: digits.map((digit) => viewDigit(digit, predictions, { model, epochs, test }, images)),
  };
}

/** The images at some indices of a dataset: [n,C,H,W]. Test images have no random transforms. */
function imagesAt(dataset: Dataset<unknown>, indices: readonly number[]): Tensor {
  const generator = new Generator();
  return fetchBatch(dataset, indices, () => generator)[0];
}

function pixelsOf(images: Tensor, { mean, std }: ImageInfo): DigitPixels[] {
  const [count, channels, height, width] = images.shape as [number, number, number, number];
  const values = images.data();
  return Array.from({ length: count }, (_, i) => {
    const at = i * channels * height * width;
    const pixels = Float32Array.from(values.subarray(at, at + height * width), (value) => value * std + mean);
    return { width, height, pixels };
  });
}

function picture(wrong: readonly Answered[], test: Dataset<unknown>, info: ImageInfo): Mistake[] {
  if (wrong.length === 0) return [];
  const pixels = pixelsOf(
    imagesAt(
      test,
      wrong.map(({ index }) => index),
    ),
    info,
  );
  return wrong.map((answered, i) => ({ ...answered, image: pixels[i]! }));
}

/** The first test image of a class. */
function viewDigit(
  label: number,
  { labels, classes }: Predictions,
  { model, test }: TrainedNetwork,
  info: ImageInfo,
): DigitView {
  const index = labels.indexOf(label);
  if (index === -1) {
    throw new ArgumentError({
      op: "digits",
      problem: "no test image has this class",
      expected: `a whole number from 0 to ${classes - 1}`,
      got: String(label),
    });
  }
  const image = imagesAt(test, [index]);
  return { index, label, image: pixelsOf(image, info)[0]!, layers: activationMaps(model, image) };
}
