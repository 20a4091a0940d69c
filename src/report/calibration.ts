/**
 * Whether a network is right as often as its confidence says: the reliability diagram and the expected calibration error.
 * Guo, Pleiss, Sun & Weinberger, "On Calibration of Modern Neural Networks" (2017), equations 3 to 5.
 */
import { recordWith } from "../errors/record-kinds.js";
import { integer } from "../errors/kinds.js";
import { Signature, optional, required } from "../errors/signature.js";
import { answers, type Predictions } from "./predictions.js";

/** The images whose confidence lies in a range. */
export interface CalibrationBin {
  /** The lower end of the range, which does not belong to it. */
  readonly from: number;
  /** The upper end of the range, which belongs to it. */
  readonly to: number;
  /** The number of images. */
  readonly count: number;
  /** The share of them that is classified correctly; NaN without images. */
  readonly accuracy: number;
  /** Their mean confidence; NaN without images. */
  readonly confidence: number;
}

/** Whether a network is right as often as its confidence says. */
export interface Calibration {
  /** The images by their confidence. */
  readonly bins: readonly CalibrationBin[];

  /**
   * The expected calibration error: the mean of |accuracy − confidence| over all images, bin by bin; NaN without
   * images.
   */
  readonly ece: number;
  /** The number of images without a likelihood (NaN), which no bin counts. */
  readonly undefined: number;
}

const ofCalibration = new Signature("calibration", [
  required("predictions", recordWith("what predict() returns", "classes", "labels", "likelihoods")),
  optional("count", integer(1)),
]);

/**
 * Measures whether a network is right as often as its confidence says. Guo et al. 2017 ("On Calibration of Modern
 * Neural Networks", equations 3 to 5).
 * @param predictions what `predict` returned
 * @param count the number of bins of equal width between 0 and 1
 * @returns the bins, and the expected calibration error
 * @example
 * const predictions = { classes: 2, labels: Int32Array.of(0, 1), likelihoods: Float32Array.of(0.75, 0.25, 0.75, 0.25) };
 * calibration(predictions).ece; // 0.25
 */
export function calibration(predictions: Predictions, count = 15): Calibration {
  ofCalibration.read(arguments);
  const sums = Array.from({ length: count }, () => ({ count: 0, right: 0, confidence: 0 }));
  let [images, missing] = [0, 0];
  for (const { label, predicted, confidence } of answers(predictions)) {
    images++;
    if (Number.isNaN(confidence)) {
      missing++;
      continue;
    }
    const bin = sums[Math.min(count - 1, Math.max(0, Math.ceil(confidence * count) - 1))]!;
    bin.count++;
    bin.confidence += confidence;
    if (label === predicted) bin.right++;
  }
  const bins = sums.map((sum, i) => ({
    from: i / count,
    to: (i + 1) / count,
    count: sum.count,
    accuracy: sum.right / sum.count,
    confidence: sum.confidence / sum.count,
  }));
  const gaps = sums.reduce((total, { right, confidence }) => total + Math.abs(right - confidence), 0);
  return { bins, ece: gaps / (images - missing), undefined: missing };
}
