/**
 * Whether a network is right as often as its confidence says: the reliability diagram and the expected calibration error.
 * Guo, Pleiss, Sun & Weinberger, "On Calibration of Modern Neural Networks" (2017), equations 3 to 5.
 */
import { answers, type Predictions } from "./predictions.js";

export interface CalibrationBin {
  /** Images with a confidence above `from` and at most `to`. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** The share of them that is classified correctly, and their mean confidence; NaN for an empty bin. */
  readonly accuracy: number;
  readonly confidence: number;
}

export interface Calibration {
  readonly bins: readonly CalibrationBin[];
  /** The mean of |accuracy − confidence| over all images, bin by bin; NaN without images. */
  readonly ece: number;
  /** Images without a likelihood (NaN); no bin counts them. */
  readonly undefined: number;
}

/** @param count bins of equal width between 0 and 1; the paper uses 15 for its figures and 10 for its diagrams */
export function calibration(predictions: Predictions, count = 15): Calibration {
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
