/**
 * The order in which samples are taken. Each iteration gives one epoch's indices; what is random is drawn when the first
 * of them is asked for, as in PyTorch. PyTorch: `torch.utils.data.sampler`.
 */
import { ArgumentError } from "../errors/errors.js";
import { Generator, randomInt64, randperm } from "../random/random.js";

export interface Sampler extends Iterable<number> {
  readonly length: number;
}

/** 0, 1, 2, … */
export class SequentialSampler implements Sampler {
  constructor(private readonly source: { readonly length: number }) {}

  get length(): number {
    return this.source.length;
  }

  *[Symbol.iterator](): Iterator<number> {
    for (let i = 0; i < this.source.length; i++) yield i;
  }
}

/**
 * All indices in random order. Without a generator of its own it draws one number from the default generator, which
 * seeds the permutation.
 * @throws ArgumentError if there is nothing to take from
 */
export class RandomSampler implements Sampler {
  constructor(
    private readonly source: { readonly length: number },
    private readonly generator?: Generator,
  ) {
    if (source.length > 0) return;
    throw new ArgumentError({ op: "RandomSampler", problem: "there are no samples", expected: "one sample or more" });
  }

  get length(): number {
    return this.source.length;
  }

  *[Symbol.iterator](): Iterator<number> {
    const generator = this.generator ?? new Generator(randomInt64());
    yield* randperm(this.source.length, generator);
    // PyTorch shuffles once more for the part of a further round that is wanted, which here has no elements.
    if (this.generator) randperm(this.source.length, generator);
  }
}

/** A sampler's indices in groups. */
export class BatchSampler implements Iterable<number[]> {
  /** @param dropLast whether a last group of fewer than `batchSize` indices is left out */
  constructor(
    private readonly sampler: Sampler,
    private readonly batchSize: number,
    private readonly dropLast: boolean,
  ) {}

  get length(): number {
    const batches = this.sampler.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

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
