/**
 * The order in which samples are taken. Each iteration yields the indices of one epoch. Random numbers are drawn when
 * the first index is requested, as in PyTorch. PyTorch: `torch.utils.data.sampler`.
 */
import { ArgumentError } from "../errors/errors.js";
import { flag, integer, kind } from "../errors/kinds.js";
import { required, Signature } from "../errors/signature.js";
import { Generator, generatorParameter, randomInt64, randperm } from "../random/random.js";
import { hasLength } from "./dataset.js";

/** @internal */
export const samplerKind = kind<Sampler>(
  "a sampler, which has a length and can be iterated over",
  (value) => hasLength(value) && Symbol.iterator in (value as object),
);
const sourceKind = kind<{ readonly length: number }>("a dataset, or anything with a length", hasLength);
const ofSequential = new Signature("SequentialSampler", [required("source", sourceKind)]);
const ofRandom = new Signature("RandomSampler", [required("source", sourceKind), generatorParameter]);
const ofBatches = new Signature("BatchSampler", [
  required("sampler", samplerKind),
  required("batchSize", integer(1)),
  required("dropLast", flag),
]);

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
  private readonly source: { readonly length: number };

  /**
   * @param source what is sampled: a dataset, or anything with a length
   * @param surplus nothing: more arguments are refused
   * @throws ArgumentError for anything else
   */
  constructor(source: { readonly length: number }, ...surplus: never[]) {
    this.source = ofSequential.read([source, ...surplus]).source;
  }

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
  private readonly source: { readonly length: number };
  private readonly generator: Generator | undefined;

  /**
   * @param source what is sampled: a dataset, or anything with a length
   * @param generator the source of random numbers; one seeded from the default generator for each epoch, unless given
   * @param surplus nothing: more arguments are refused
   * @throws ArgumentError if there are no samples
   */
  constructor(source: { readonly length: number }, generator?: Generator, ...surplus: never[]) {
    const given = ofRandom.read([source, generator, ...surplus]);
    this.source = given.source;
    this.generator = given.generator;
    if (this.source.length > 0) return;
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
  private readonly sampler: Sampler;
  private readonly batchSize: number;
  private readonly dropLast: boolean;

  /**
   * @param sampler the order of the samples
   * @param batchSize the number of samples in a batch
   * @param dropLast whether to leave out a last group that is smaller
   * @param surplus nothing: more arguments are refused
   * @throws ArgumentError for an argument of another kind
   */
  constructor(sampler: Sampler, batchSize: number, dropLast: boolean, ...surplus: never[]) {
    const given = ofBatches.read([sampler, batchSize, dropLast, ...surplus]);
    this.sampler = given.sampler;
    this.batchSize = given.batchSize;
    this.dropLast = given.dropLast;
  }

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
