/** How right a classifier is, class by class: confusion matrix, precision, recall. */
import { answers, type Predictions } from "./predictions.js";

/** Rows are the right classes, columns the predicted ones; each place counts images. */
export type ConfusionMatrix = readonly (readonly number[])[];

export function confusionMatrix(predictions: Predictions): ConfusionMatrix {
  const matrix = Array.from({ length: predictions.classes }, () => Array<number>(predictions.classes).fill(0));
  for (const { label, predicted } of answers(predictions)) matrix[label]![predicted]!++;
  return matrix;
}

export interface ClassScores {
  /** Of the images that were given this class, the share that has it; NaN if none were. */
  readonly precision: number;
  /** Of the images that have this class, the share that was given it; NaN if none have. */
  readonly recall: number;
  /** The harmonic mean of both: 2·right / (given + has); NaN if neither. */
  readonly f1: number;
  /** Images that have this class. */
  readonly support: number;
}

/** The scores of each class. Where scikit-learn warns and says 0, this says NaN. */
export function classScores(matrix: ConfusionMatrix): ClassScores[] {
  return matrix.map((row, c) => {
    const right = row[c]!;
    const support = row.reduce((sum, count) => sum + count, 0);
    const given = matrix.reduce((sum, other) => sum + other[c]!, 0);
    return { precision: right / given, recall: right / support, f1: (2 * right) / (given + support), support };
  });
}
