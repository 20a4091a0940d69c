/** The results of the exercise's notebook. */
import { text } from "../errors/kinds.js";
import { recordWith } from "../errors/record-kinds.js";
import { Signature, optional, required } from "../errors/signature.js";

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

/** The SHA-256 of MNIST's test images: plain, and as its authors compressed them. */
const testImages: readonly string[] = [
  "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
];

const ofHasReference = new Signature("hasReference", [
  required("data", text("the name or the folder of a dataset")),
  optional("hashes", recordWith("hashes by the names of files")),
]);

/**
 * Says whether runs on a dataset can be compared with the notebook's, and judged by the exercise's rules: whether it is
 * MNIST.
 * @param data the dataset's name, or a folder
 * @param hashes the SHA-256 of each of its files, by name, which tell whether a folder holds MNIST. Default: none
 * @returns true for "mnist" and for its files
 * @example hasReference("fashion-mnist"); // false
 */
export function hasReference(data: string, hashes: Readonly<Record<string, string>> = {}): boolean {
  ofHasReference.read(arguments);
  return data === "mnist" || Object.values(hashes).some((hash) => testImages.includes(hash));
}
