/**
 * Everything that a report shows about a run, collected once as plain data; page/ and text/ only format it. It is a pure
 * function of the run's record and metrics, its network and its test images.
 */
import { iterable, recordWith } from "../errors/record-kinds.js";
import { arrayOf, integer, text } from "../errors/kinds.js";
import { Signature, byName, optional, required } from "../errors/signature.js";
import { fetchBatch, type Batch, type Dataset } from "../data/dataset.js";
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
import { hasReference } from "../exercise/reference-curve.js";
import { judge, rulesFor, type Verdict } from "../exercise/rules.js";
import type { RunRecord } from "../runs/run-record.js";
import { calibration, type Calibration } from "./calibration.js";
import { classScores, confusionMatrix, type ClassScores, type ConfusionMatrix } from "./class-scores.js";
import { gatherCurves, type Curves } from "./curves.js";
import { activationMaps, firstKernels, type ActivationView, type KernelView } from "./network-views.js";
import { mistakes, predict, type Answered, type Predictions } from "./predictions.js";

/** A network with a run's weights, and the data to test it on. */
export interface TrainedNetwork {
  /** The network. */
  readonly model: Module;
  /** The number of epochs of training, including one that had started. */
  readonly epochs: number;
  /** The test images. */
  readonly test: Dataset<unknown>;
  /** Shows how far the test is; `tqdm` is such a function. Default: nothing is shown. */
  readonly progress?: (batches: DataLoader<Batch>) => Iterable<Batch>;
}

/** An image before normalisation. */
export interface DigitPixels {
  /** The width in pixels. */
  readonly width: number;
  /** The height in pixels. */
  readonly height: number;
  /** The brightness of its first channel, from 0 to 1, row by row. */
  readonly pixels: Float32Array;
}

/** A wrong answer, with its image. */
export interface Mistake extends Answered {
  /** The image. */
  readonly image: DigitPixels;
}

/** A test image, and its activation maps. */
export interface DigitView {
  /** The number of the image. */
  readonly index: number;
  /** Its class. */
  readonly label: number;
  /** The image. */
  readonly image: DigitPixels;
  /** The activation maps of each layer. */
  readonly layers: readonly ActivationView[];
}

/** What can be said of a run's network. */
export interface NetworkReport {
  /** The number of epochs of training, including one that had started. */
  readonly epochs: number;
  /** The number of test images that are classified correctly. */
  readonly correct: number;
  /** The number of test images. */
  readonly total: number;
  /** The exercise's four rules on MNIST; on other data the run's own goal, or nothing. */
  readonly verdicts: readonly Verdict[];
  /** The answers to the questions of the exercise's notebook. */
  readonly answers: readonly Answer[];
  /** The network's summary. */
  readonly summary: Summary;
  /** What each layer sees and costs. */
  readonly inspection: Inspection;
  /** The advice on the network. */
  readonly advice: readonly Advice[];
  /** How many images of each class are classified as which. */
  readonly matrix: ConfusionMatrix;
  /** How well each class is recognised. */
  readonly scores: readonly ClassScores[];
  /** Whether the network is right as often as its confidence says. */
  readonly calibration: Calibration;
  /** The most confident mistakes, at most 120. */
  readonly mistakes: readonly Mistake[];
  /** The number of all mistakes. */
  readonly wrong: number;
  /** The kernels of the first convolutions. */
  readonly kernels: readonly KernelView[];
  /** The activation maps of chosen images. */
  readonly digits: readonly DigitView[];
}

/** Everything that a report shows about a run. */
export interface RunReport {
  /** The run's name. */
  readonly name: string;
  /** The run's record. */
  readonly record: RunRecord;
  /** The run's curves. */
  readonly curves: Curves;
  /** What can be said of its network; missing if there are no weights yet. */
  readonly network?: NetworkReport;
}

/** What a report is made from. */
export interface RunSource {
  /** The run's folder, or another name for it. */
  readonly name: string;
  /** The run's record. */
  readonly record: RunRecord;
  /** The records of its steps and epochs, which are read once. */
  readonly metrics: Iterable<MetricsRecord>;
  /** The network with the run's weights, and data to test it on. Default: none. */
  readonly network?: TrainedNetwork | undefined;
  /** The classes for which to show the activation maps of one image. Default: none. */
  readonly digits?: readonly number[];
}

/** The largest number of mistakes to show. */
const MOST_MISTAKES = 120;

const ofGatherRunReport = new Signature("gatherRunReport", [
  byName(required("name", text("a text"))),
  byName(required("record", recordWith("a run's record { config, data }", "config", "data"))),
  byName(required("metrics", iterable("records, as run.metrics() returns them"))),
  byName(optional("network", recordWith("{ model, … }, the trained network", "model"))),
  byName(optional("digits", arrayOf(integer(0)))),
]);

/**
 * Tests a run's network, and collects everything for its report.
 * @param source the run's record and metrics, its network, and the classes to look at
 * @returns the report, as data
 * @throws ArgumentError if a class to look at has no test image
 * @example
 * const run = Run.open("runs/first");
 * const report = gatherRunReport({ name: "first", record: run.record, metrics: run.metrics() });
 * report.curves.epochs.map(({ epoch }) => epoch); // [1, 2]
 */
export function gatherRunReport(source: RunSource): RunReport {
  ofGatherRunReport.read(arguments);
  const { name, record, metrics, network, digits = [] } = source;
  const curves = gatherCurves(metrics);
  return { name, record, curves, ...(network ? { network: reportNetwork(network, record, digits) } : {}) };
}

function reportNetwork(
  { model, epochs, test, progress = (batches) => batches }: TrainedNetwork,
  record: RunRecord,
  digits: readonly number[],
): NetworkReport {
  const { images, config } = record;
  const predictions = predict(model, progress(new DataLoader(test, { batchSize: config.batchSize })));
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
    verdicts: judge({ correct, total, epochs, ...facts }, rulesFor(record)),
    answers: answerQuestions(facts, (100 * correct) / total),
    summary: summarize(model, images.size),
    inspection,
    advice: advise(inspection, { exercise: hasReference(config.data, record.data) }),
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
      expected: `an integer from 0 to ${classes - 1}`,
      got: String(label),
    });
  }
  const image = imagesAt(test, [index]);
  return { index, label, image: pixelsOf(image, info)[0]!, layers: activationMaps(model, image) };
}
