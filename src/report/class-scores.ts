/** How accurate a classifier is for each class: confusion matrix, precision, recall. */
import { answers, type Predictions } from "./predictions.js";

/** Rows are the true classes, columns the predicted ones; each cell counts images. */
export type ConfusionMatrix = readonly (readonly number[])[];

export function confusionMatrix(predictions: Predictions): ConfusionMatrix {
  const matrix = Array.from({ length: predictions.classes }, () => Array<number>(predictions.classes).fill(0));
  for (const { label, predicted } of answers(predictions)) matrix[label]![predicted]!++;
  return matrix;
}

export interface ClassScores {
  /** Of the images predicted as this class, the share that belongs to it; NaN if there are none. */
  readonly precision: number;
  /** Of the images that belong to this class, the share predicted as it; NaN if there are none. */
  readonly recall: number;
  /** The harmonic mean of both: 2·correct / (predicted + actual); NaN if there are neither. */
  readonly f1: number;
  /** Images that belong to this class. */
  readonly support: number;
}

/** The scores of each class. Where scikit-learn warns and returns 0, this returns NaN. */
export function classScores(matrix: ConfusionMatrix): ClassScores[] {
  return matrix.map((row, c) => {
    const right = row[c]!;
    const support = row.reduce((sum, count) => sum + count, 0);
    const given = matrix.reduce((sum, other) => sum + other[c]!, 0);
    return { precision: right / given, recall: right / support, f1: (2 * right) / (given + support), support };
  });
}
