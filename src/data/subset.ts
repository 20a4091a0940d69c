/** Parts of a dataset. PyTorch: `torch.utils.data.Subset`, `random_split`. */
import { ArgumentError } from "../errors/errors.js";
import { randperm, type Generator } from "../random/random.js";
import { checkIndex, fetchBatch, type Dataset, type SampleGenerators } from "./dataset.js";

/** The samples at some of a dataset's indices, in their order. */
export class Subset<Sample, B> implements Dataset<Sample, B> {
  readonly length: number;

  constructor(
    readonly dataset: Dataset<Sample, B>,
    readonly indices: ArrayLike<number>,
  ) {
    this.length = indices.length;
    for (let i = 0; i < indices.length; i++) checkIndex("Subset", indices[i]!, dataset.length);
  }

  get(index: number, generator?: Generator): Sample {
    return this.dataset.get(this.inner(index), generator);
  }

  batch(indices: readonly number[], generators: SampleGenerators): B {
    return fetchBatch(
      this.dataset,
      indices.map((index) => this.inner(index)),
      generators,
    );
  }

  private inner(index: number): number {
    checkIndex("Subset", index, this.length);
    return this.indices[index]!;
  }
}

/**
 * Random parts of a dataset that have no sample in common, by PyTorch's stream.
 * @param lengths the parts' lengths, or fractions that add up to 1
 * @throws ArgumentError if they add up to neither 1 nor the dataset's length
 * @example const [train, validation] = randomSplit(dataset, [50_000, 10_000]);
 */
export function randomSplit<Sample, B>(
  dataset: Dataset<Sample, B>,
  lengths: readonly number[],
  generator?: Generator,
): Subset<Sample, B>[] {
  const sum = lengths.reduce((total, length) => total + length, 0);
  const counts = sum <= 1 && sum > 1 - 1e-9 ? countsOf(lengths, dataset.length) : lengths;
  const total = counts.reduce((all, count) => all + count, 0);
  if (total !== dataset.length || !counts.every((count) => Number.isInteger(count) && count >= 0)) {
    throw new ArgumentError({
      op: "randomSplit",
      problem: "the parts do not make up the dataset",
      expected: `whole lengths that add up to ${dataset.length}, or fractions that add up to 1`,
      got: `[${lengths.join(", ")}]`,
    });
  }
  const order = randperm(total, generator);
  let start = 0;
  return counts.map((count) => new Subset(dataset, order.subarray(start, (start += count))));
}

/** Fractions as counts, rounded down; what is left goes to the parts in turn. */
function countsOf(fractions: readonly number[], length: number): number[] {
  const counts = fractions.map((fraction) => Math.floor(length * fraction));
  const left = length - counts.reduce((all, count) => all + count, 0);
  for (let i = 0; i < left; i++) counts[i % counts.length]!++;
  return counts;
}
