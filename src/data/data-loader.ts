/**
 * From samples to batches, epoch by epoch. PyTorch: `torch.utils.data.DataLoader`.
 *
 * Random numbers are drawn in the same order as in PyTorch: starting an iteration draws a base seed, and a shuffle
 * draws its own seed with the first batch. Random transforms differ from PyTorch on purpose: their draws for a sample
 * depend only on the base seed and on the sample's position in the epoch. So an epoch can be resumed at any batch
 * without making the earlier ones, and the result does not depend on how many batches are made ahead.
 */
import { flag, integer } from "../errors/kinds.js";
import { checkInteger } from "../errors/options.js";
import { optional, required, Signature, type Arguments } from "../errors/signature.js";
import { ArgumentError } from "../errors/errors.js";
import { Generator, generatorParameter, randomInt64 } from "../random/random.js";
import { datasetKind, fetchBatch, type Batch, type Dataset, type SampleGenerators } from "./dataset.js";
import { madeInIdleMoments, madeMeanwhile } from "./prefetch.js";
import { BatchSampler, RandomSampler, samplerKind, SequentialSampler, type Sampler } from "./sampler.js";

/** Options of `DataLoader`. */
export interface DataLoaderOptions {
  /** The number of samples in a batch, at least 1. Default 1. */
  readonly batchSize?: number;
  /** Whether each epoch has a new random order. Default false. */
  readonly shuffle?: boolean;
  /** Whether to leave out a last batch that is smaller. Default false. */
  readonly dropLast?: boolean;
  /** The order of the samples, instead of `shuffle`. */
  readonly sampler?: Sampler;
  /** The source of random numbers for orders and transforms. Default: the default generator. */
  readonly generator?: Generator;

  /**
   * The number of batches that `for await` makes ahead while the loop's body waits for something. If it is above 0,
   * `for` makes the next batch while a step computes. Default 0.
   */
  readonly prefetch?: number;
}

const loaderParameters = [
  optional("batchSize", integer(1), 1),
  optional("shuffle", flag, false),
  optional("sampler", samplerKind),
  optional("dropLast", flag, false),
  generatorParameter,
  optional("prefetch", integer(0), 0),
] as const;
const signature = new Signature("DataLoader", [required("dataset", datasetKind), ...loaderParameters]);
const ofIterate = new Signature("iterate", [optional("from", integer(0), 0), optional("epoch", integer(1), 1)]);

/**
 * Makes batches of a dataset. Each iteration is an epoch. After the same `manualSeed`, the samples come in the same
 * order as in PyTorch. What random transforms draw for a sample depends on the epoch and on the sample's position in
 * it. PyTorch: `torch.utils.data.DataLoader`.
 * @example
 * const dataset = new TensorDataset(rand([10, 1, 28, 28]), arange(10));
 * const loader = new DataLoader(dataset, { batchSize: 4, shuffle: true });
 * loader.length; // 3
 * for (const [images, labels] of loader) {
 *   images.shape.length === 4 && labels.dtype === "int32"; // true
 * }
 */
export class DataLoader<B = Batch> implements Iterable<B>, AsyncIterable<B> {
  /** The samples. */
  readonly dataset: Dataset<unknown, B>;
  /** The number of samples in a batch. */
  readonly batchSize: number;
  /** The order of the samples. */
  readonly sampler: Sampler;
  private readonly batches: BatchSampler;
  private readonly generator: Generator | undefined;
  private readonly prefetch: number;

  /**
   * @param dataset the samples
   * @param rest batchSize, shuffle and sampler: in this order, or by name in an object, as dropLast, generator and
   *   prefetch
   * @throws ArgumentError for an option out of its range, for a sampler together with `shuffle`, and for shuffling
   *   an empty dataset
   */
  constructor(dataset: Dataset<unknown, B>, ...rest: Arguments<DataLoaderOptions, typeof loaderParameters>) {
    const given = signature.read([dataset, ...rest]);
    const { batchSize, shuffle, dropLast, sampler, generator, prefetch } = given;
    this.dataset = given.dataset;
    if (sampler && shuffle) {
      throw new ArgumentError({
        op: "DataLoader",
        problem: "sampler and shuffle cannot be used together",
        hint: "omit shuffle: the sampler decides the order",
      });
    }
    this.batchSize = batchSize;
    this.sampler =
      sampler ?? (shuffle ? new RandomSampler(this.dataset, generator) : new SequentialSampler(this.dataset));
    this.batches = new BatchSampler(this.sampler, batchSize, dropLast);
    this.generator = generator;
    this.prefetch = prefetch;
  }

  /** The number of batches in an epoch. */
  get length(): number {
    return this.batches.length;
  }

  /** The generators that it and its sampler have of their own. A training keeps their states in its checkpoints. */
  get generators(): readonly Generator[] {
    const all: unknown[] = [this.generator, ...(Object.values(this.sampler) as unknown[])];
    return [...new Set(all)].filter((value): value is Generator => value instanceof Generator);
  }

  /** The batches of an epoch. */
  [Symbol.iterator](): IterableIterator<B> {
    return this.iterate();
  }

  /**
   * Makes the batches of an epoch, starting at a given one. They are the same as if the earlier ones had been made,
   * provided that the generator is in the state that it had when the epoch began. If `from` is above 0, the order is
   * drawn immediately, so the generator may then be set to a later state.
   * @param options `from` is the number of the first batch; 0 unless given. `epoch`, which the Trainer gives, makes no
   *   difference here
   * @returns the batches
   * @throws ArgumentError if the epoch does not have that many batches
   * @example
   * const loader = new DataLoader(new TensorDataset(arange(10)), { batchSize: 4 });
   * [...loader.iterate({ from: 2 })].map(([numbers]) => numbers.tolist()); // [[8, 9]]
   */
  iterate(options: { readonly from?: number; readonly epoch?: number } = {}): IterableIterator<B> {
    const next = this.begin(ofIterate.read([options]).from);
    return this.prefetch > 0 ? madeMeanwhile(next) : oneByOne(next);
  }

  /** The batches of an epoch for `for await`. Up to `prefetch` of them are made ahead. */
  [Symbol.asyncIterator](): AsyncIterableIterator<B> {
    return madeInIdleMoments(oneByOne(this.begin(0)), this.prefetch);
  }

  /**
   * Begins an epoch. Each call of the returned function returns a function that makes the next batch, or undefined at
   * the end.
   */
  private begin(from: number): () => (() => B) | undefined {
    checkInteger("DataLoader", "from", from, 0, this.length);
    const groups = this.batches[Symbol.iterator]();
    const baseSeed = randomInt64(this.generator);
    for (let skipped = 0; skipped < from; skipped++) groups.next();
    const streams = new SampleStreams(baseSeed);
    let place = from * this.batchSize;
    return () => {
      const group = groups.next();
      if (group.done) return undefined;
      const generators = streams.from(place);
      place += this.batchSize;
      return () => fetchBatch(this.dataset, group.value, generators);
    };
  }
}

function* oneByOne<B>(next: () => (() => B) | undefined): IterableIterator<B> {
  for (let make = next(); make; make = next()) yield make();
}

/**
 * A single generator that is reseeded for each sample, from the epoch's base seed and the sample's position in the
 * epoch.
 */
class SampleStreams {
  private readonly generator = new Generator();
  private readonly base: number;

  constructor(baseSeed: bigint) {
    const [high, low] = [Number(baseSeed >> 32n), Number(BigInt.asUintN(32, baseSeed))];
    this.base = scramble(scramble(low) ^ high);
  }

  /** Returns the generators for a batch whose first sample is at this position in the epoch. */
  from(start: number): SampleGenerators {
    return (place) => this.generator.manualSeed(scramble(this.base ^ (start + place)));
  }
}

/**
 * A bijection of 32-bit numbers that mixes their bits: MurmurHash3's `fmix32` (Appleby), applied after adding an odd
 * number.
 */
function scramble(word: number): number {
  word = (word + 0x9e3779b9) | 0;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}
