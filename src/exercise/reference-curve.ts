/** An epoch of the exercise's notebook. */
export interface ReferenceEpoch {
  /** The number of the epoch, from 1. */
  readonly epoch: number;
  /** The mean loss of the test images. */
  readonly testLoss: number;
  /** The number of the 10,000 test images that were classified correctly. */
  readonly correct: number;
}

/** How many test images the reference used. */
export const REFERENCE_TOTAL = 10_000;

/**
 * The results that the exercise's notebook printed after each of its 19 epochs, on MNIST's 10,000 test images. Runs are
 * compared with it.
 */
export const referenceCurve: readonly ReferenceEpoch[] = (
  [
    [0.0935, 9723],
    [0.0469, 9858],
    [0.037, 9889],
    [0.036, 9889],
    [0.0273, 9907],
    [0.0275, 9913],
    [0.0272, 9913],
    [0.0242, 9923],
    [0.0252, 9917],
    [0.0243, 9929],
    [0.024, 9927],
    [0.0251, 9917],
    [0.0255, 9924],
    [0.0237, 9934],
    [0.0203, 9937],
    [0.0215, 9935],
    [0.0234, 9926],
    [0.0214, 9934],
    [0.02, 9938],
  ] as const
).map(([testLoss, correct], i) => ({ epoch: i + 1, testLoss, correct }));

/**
 * Says whether runs on a dataset can be compared with the notebook's, which used MNIST.
 * @param data the dataset's name
 * @returns true for "mnist"
 * @example hasReference("fashion-mnist"); // false
 */
export function hasReference(data: string): boolean {
  return data === "mnist";
}
