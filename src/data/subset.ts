/** Parts of a dataset. PyTorch: `torch.utils.data.Subset`, `random_split`. */
import { ArgumentError } from "../errors/errors.js";
import { arrayOf, kind, number } from "../errors/kinds.js";
import { required, Signature } from "../errors/signature.js";
import { generatorParameter, randperm, type Generator } from "../random/random.js";
import { checkIndex, datasetKind, fetchBatch, type Dataset, type SampleGenerators } from "./dataset.js";
import { withTransform } from "./transformed-dataset.js";
import type { Transform } from "./transforms/transform.js";

const indexList = kind<ArrayLike<number>>(
  "an array of indices",
  (value) => Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value),
);
const ofSubset = new Signature("Subset", [required("dataset", datasetKind), required("indices", indexList)]);
const ofSplit = new Signature("randomSplit", [
  required("dataset", datasetKind),
  required("lengths", arrayOf(number)),
  generatorParameter,
]);

/**
 * Some samples of a dataset. PyTorch: `torch.utils.data.Subset`.
 * @example
 * const even = new Subset(new TensorDataset(arange(10)), [0, 2, 4, 6, 8]);
 * even.length; // 5
 * even.get(1)[0].item(); // 2
 */
export class Subset<Sample, B> implements Dataset<Sample, B> {
  /** The dataset that the samples are taken from. */
  readonly dataset: Dataset<Sample, B>;
  /** The numbers of the samples in the dataset, in their new order. */
  readonly indices: ArrayLike<number>;
  /** The number of samples. */
  readonly length: number;

  /**
   * @param dataset the dataset
   * @param indices the numbers of the samples, in their new order
   * @param surplus nothing: more arguments are refused
   * @throws ArgumentError for an index that the dataset does not have
   */
  constructor(dataset: Dataset<Sample, B>, indices: ArrayLike<number>, ...surplus: never[]) {
    const given = ofSubset.read([dataset, indices, ...surplus]);
    this.dataset = given.dataset as Dataset<Sample, B>;
    this.indices = given.indices;
    this.length = this.indices.length;
    for (let i = 0; i < this.length; i++) checkIndex("Subset", this.indices[i]!, this.dataset.length);
  }

  /**
   * Returns a sample.
   * @param index its number in the subset
   * @param generator the source of random numbers for transforms; the default one unless given
   * @returns the sample
   * @throws ArgumentError if the index is out of range
   * @example new Subset(new TensorDataset(arange(10)), [7, 3]).get(0)[0].item(); // 7
   */
  get(index: number, generator?: Generator): Sample {
    return this.dataset.get(this.inner(index), generator);
  }

  /**
   * Returns several samples as a batch.
   * @param indices their numbers in the subset
   * @param generators the source of random numbers for each of them
   * @returns the batch
   * @throws ArgumentError if the index is out of range
   * @example
   * const subset = new Subset(new TensorDataset(arange(10)), [7, 3, 5]);
   * subset.batch([0, 2], () => new Generator())[0].tolist(); // [7, 5]
   */
  batch(indices: readonly number[], generators: SampleGenerators): B {
    return fetchBatch(
      this.dataset,
      indices.map((index) => this.inner(index)),
      generators,
    );
  }

  /**
   * Returns the same samples with one more transform, which follows the dataset's own.
   * @param transform what is done to each image
   * @returns the new subset; this one stays as it is
   * @example
   * const subset = new Subset(new TensorDataset(rand([10, 1, 28, 28])), [7, 3]);
   * subset.withTransform(transforms.centerCrop(24)).get(0)[0].shape; // [1, 24, 24]
   */
  withTransform(transform: Transform): Subset<Sample, B> {
    return new Subset(withTransform(this.dataset, transform), this.indices);
  }

  private inner(index: number): number {
    checkIndex("Subset", index, this.length);
    return this.indices[index]!;
  }
}

/**
 * Splits a dataset at random into parts that have no sample in common. PyTorch: `torch.utils.data.random_split`.
 * @param dataset the dataset
 * @param lengths the lengths of the parts, or fractions that add up to 1
 * @param generator the source of random numbers; the default one unless given
 * @param surplus nothing: more arguments are refused
 * @returns the parts
 * @throws ArgumentError if they add up neither to 1 nor to the dataset's length
 * @example
 * const [train, validation] = randomSplit(new TensorDataset(arange(10)), [0.8, 0.2]);
 * [train.length, validation.length]; // [8, 2]
 */
export function randomSplit<Sample, B>(
  dataset: Dataset<Sample, B>,
  lengths: readonly number[],
  generator?: Generator,
  ...surplus: never[]
): Subset<Sample, B>[] {
  ({ generator } = ofSplit.read([dataset, lengths, generator, ...surplus]));
  const sum = lengths.reduce((total, length) => total + length, 0);
  // Added up in float64, twenty fractions of 0.05 are a little more than 1.
  const counts = Math.abs(sum - 1) <= 1e-9 ? countsOf(lengths, dataset.length) : lengths;
  const total = counts.reduce((all, count) => all + count, 0);
  if (total !== dataset.length || !counts.every((count) => Number.isInteger(count) && count >= 0)) {
    throw new ArgumentError({
      op: "randomSplit",
      problem: "the parts do not add up to the dataset",
      expected: `integer lengths that add up to ${dataset.length}, or fractions that add up to 1`,
      got: `[${lengths.join(", ")}]`,
    });
  }
  const order = randperm(total, generator);
  let start = 0;
  return counts.map((count) => new Subset(dataset, order.subarray(start, (start += count))));
}

/** Converts fractions to counts, rounded down. The remaining samples go to the parts in turn. */
function countsOf(fractions: readonly number[], length: number): number[] {
  const counts = fractions.map((fraction) => Math.floor(length * fraction));
  const left = length - counts.reduce((all, count) => all + count, 0);
  for (let i = 0; i < left; i++) counts[i % counts.length]!++;
  return counts;
}
