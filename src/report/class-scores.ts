/** How accurate a classifier is for each class: confusion matrix, precision, recall. */
import { recordWith } from "../errors/record-kinds.js";
import { arrayOf, integer } from "../errors/kinds.js";
import { Signature, required } from "../errors/signature.js";
import { refuseOutside } from "../ops/index.js";
import { answers, type Predictions } from "./predictions.js";

/** How many images of each class are classified as which: rows are the true classes, columns the predicted ones. */
export type ConfusionMatrix = readonly (readonly number[])[];

const ofConfusionMatrix = new Signature("confusionMatrix", [
  required("predictions", recordWith("what predict() returns", "classes", "labels", "likelihoods")),
]);

/**
 * Counts how many images of each class are classified as which.
 * @param predictions what `predict` returned
 * @returns the matrix
 * @throws ArgumentError for a label that is none of the classes
 * @example
 * const predictions = { classes: 2, labels: Int32Array.of(0, 1), likelihoods: Float32Array.of(0.75, 0.25, 0.75, 0.25) };
 * confusionMatrix(predictions); // [[1, 0], [1, 0]]
 */
export function confusionMatrix(predictions: Predictions): ConfusionMatrix {
  ofConfusionMatrix.read(arguments);
  refuseOutside("confusionMatrix", predictions.labels, { count: predictions.classes });
  const matrix = Array.from({ length: predictions.classes }, () => Array<number>(predictions.classes).fill(0));
  for (const { label, predicted } of answers(predictions)) matrix[label]![predicted]!++;
  return matrix;
}

/** How well a class is recognised. */
export interface ClassScores {
  /** Of the images classified as this class, the share that belongs to it; NaN without images. */
  readonly precision: number;
  /** Of the images of this class, the share that is classified as it; NaN without images. */
  readonly recall: number;
  /** The harmonic mean of both; NaN if there are neither. */
  readonly f1: number;
  /** The number of images of this class. */
  readonly support: number;
}

const ofClassScores = new Signature("classScores", [required("matrix", arrayOf(arrayOf(integer(0))))]);

/**
 * Computes precision, recall and F1 of each class. Where scikit-learn warns and returns 0, this returns NaN.
 * @param matrix what `confusionMatrix` returned
 * @returns the scores, class by class
 * @example classScores([[3, 1], [0, 4]])[0]; // { precision: 1, recall: 0.75, f1: 0.857, support: 4 }
 */
export function classScores(matrix: ConfusionMatrix): ClassScores[] {
  ofClassScores.read(arguments);
  return matrix.map((row, c) => {
    const right = row[c]!;
    const support = row.reduce((sum, count) => sum + count, 0);
    const given = matrix.reduce((sum, other) => sum + other[c]!, 0);
    return { precision: right / given, recall: right / support, f1: (2 * right) / (given + support), support };
  });
}
