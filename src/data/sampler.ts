/**
 * The order in which samples are taken. Each iteration yields the indices of one epoch. Random numbers are drawn when
 * the first index is requested, as in PyTorch. PyTorch: `torch.utils.data.sampler`.
 */
import { ArgumentError } from "../errors/errors.js";
import { Generator, randomInt64, randperm } from "../random/random.js";

/** The order in which a loader takes samples. Each iteration is an epoch. PyTorch: `torch.utils.data.Sampler`. */
export interface Sampler extends Iterable<number> {
  /** The number of samples. */
  readonly length: number;
}

/**
 * Takes samples in their order. PyTorch: `torch.utils.data.SequentialSampler`.
 * @example [...new SequentialSampler({ length: 4 })]; // [0, 1, 2, 3]
 */
export class SequentialSampler implements Sampler {
  /** @param source what is sampled: a dataset, or anything with a length */
  constructor(private readonly source: { readonly length: number }) {}

  /** The number of samples. */
  get length(): number {
    return this.source.length;
  }

  /** The indices of an epoch. */
  *[Symbol.iterator](): Iterator<number> {
    for (let i = 0; i < this.source.length; i++) yield i;
  }
}

/**
 * Takes all samples in random order. Without a generator of its own, it draws one number from the default generator to
 * seed each epoch's order. PyTorch: `torch.utils.data.RandomSampler`.
 * @example
 * manualSeed(1);
 * [...new RandomSampler({ length: 4 })].sort(); // [0, 1, 2, 3]
 */
export class RandomSampler implements Sampler {
  /**
   * @param source what is sampled: a dataset, or anything with a length
   * @param generator the source of random numbers; one seeded from the default generator for each epoch, unless given
   * @throws ArgumentError if there are no samples
   */
  constructor(
    private readonly source: { readonly length: number },
    private readonly generator?: Generator,
  ) {
    if (source.length > 0) return;
    throw new ArgumentError({ op: "RandomSampler", problem: "there are no samples", expected: "one sample or more" });
  }

  /** The number of samples. */
  get length(): number {
    return this.source.length;
  }

  /** The indices of an epoch. */
  *[Symbol.iterator](): Iterator<number> {
    const generator = this.generator ?? new Generator(randomInt64());
    yield* randperm(this.source.length, generator);
    // PyTorch also shuffles once for a partial last round. That round is always empty here, but the draw has to be
    // made.
    if (this.generator) randperm(this.source.length, generator);
  }
}

/**
 * Groups the indices of a sampler. PyTorch: `torch.utils.data.BatchSampler`.
 * @example [...new BatchSampler(new SequentialSampler({ length: 5 }), 2, false)]; // [[0, 1], [2, 3], [4]]
 */
export class BatchSampler implements Iterable<number[]> {
  /**
   * @param sampler the order of the samples
   * @param batchSize the number of samples in a batch
   * @param dropLast whether to leave out a last group that is smaller
   */
  constructor(
    private readonly sampler: Sampler,
    private readonly batchSize: number,
    private readonly dropLast: boolean,
  ) {}

  /** The number of groups. */
  get length(): number {
    const batches = this.sampler.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /** The groups of an epoch. */
  *[Symbol.iterator](): Iterator<number[]> {
    let group: number[] = [];
    for (const index of this.sampler) {
      group.push(index);
      if (group.length < this.batchSize) continue;
      yield group;
      group = [];
    }
    if (group.length > 0 && !this.dropLast) yield group;
  }
}
