/**
 * From samples to batches, epoch by epoch. PyTorch: `torch.utils.data.DataLoader`.
 *
 * What is random, and in which order, is PyTorch's: beginning an iteration draws a base seed, and a shuffle draws its
 * own seed with the first batch. Random transforms differ from PyTorch on purpose: what they draw for a sample follows
 * from the base seed and the sample's place in the epoch. So an epoch can be gone on with from any batch without making
 * those before it, and nothing depends on how far ahead batches are made.
 */
import { refuseUnknown } from "../errors/options.js";
import { ArgumentError } from "../errors/errors.js";
import { Generator, randomInt64 } from "../random/random.js";
import { fetchBatch, type Batch, type Dataset, type SampleGenerators } from "./dataset.js";
import { madeInIdleMoments, madeMeanwhile } from "./prefetch.js";
import { BatchSampler, RandomSampler, SequentialSampler, type Sampler } from "./sampler.js";

export interface DataLoaderOptions {
  /** Samples in a batch; 1 unless given. */
  readonly batchSize?: number;
  /** Whether each epoch has an order of its own; not unless given. */
  readonly shuffle?: boolean;
  /** Whether a last, smaller batch is left out; not unless given. */
  readonly dropLast?: boolean;
  /** An order of one's own, instead of `shuffle`. */
  readonly sampler?: Sampler;
  /** Where base seeds and shuffles are drawn from; the default generator unless given. */
  readonly generator?: Generator;
  /** In `for await`, so many batches are made ahead while the loop's body waits for something; 0 unless given. */
  readonly prefetch?: number;
}

/**
 * Iterating gives an epoch's batches.
 * @throws ArgumentError for options that are out of range or exclude each other, and for shuffling nothing
 * @example for (const [images, labels] of new DataLoader(dataset, { batchSize: 32, shuffle: true })) { … }
 */
export class DataLoader<B = Batch> implements Iterable<B>, AsyncIterable<B> {
  readonly batchSize: number;
  readonly sampler: Sampler;
  private readonly batches: BatchSampler;
  private readonly generator: Generator | undefined;
  private readonly prefetch: number;

  constructor(
    readonly dataset: Dataset<unknown, B>,
    options: DataLoaderOptions = {},
  ) {
    refuseUnknown("DataLoader", ["batchSize", "shuffle", "dropLast", "sampler", "generator", "prefetch"], options);
    const { batchSize = 1, shuffle = false, dropLast = false, sampler, generator, prefetch = 0 } = options;
    checkWhole("batchSize", batchSize, 1);
    checkWhole("prefetch", prefetch, 0);
    if (sampler && shuffle) {
      throw new ArgumentError({
        op: "DataLoader",
        problem: "sampler and shuffle exclude each other",
        hint: "leave shuffle out: the sampler gives the order",
      });
    }
    this.batchSize = batchSize;
    this.sampler = sampler ?? (shuffle ? new RandomSampler(dataset, generator) : new SequentialSampler(dataset));
    this.batches = new BatchSampler(this.sampler, batchSize, dropLast);
    this.generator = generator;
    this.prefetch = prefetch;
  }

  /** The number of batches in an epoch. */
  get length(): number {
    return this.batches.length;
  }

  [Symbol.iterator](): IterableIterator<B> {
    return this.iterate();
  }

  /**
   * An epoch's batches from number `from` on: the same ones as if those before had been gone through, provided that the
   * generator is as it was when the epoch began. With `from` above 0 the shuffle is drawn at once, so that the
   * generator may then be set to a later state.
   * @throws ArgumentError if the epoch has no such batch
   */
  iterate({ from = 0 }: { readonly from?: number } = {}): IterableIterator<B> {
    const next = this.begin(from);
    return this.prefetch > 0 ? madeMeanwhile(next) : oneByOne(next);
  }

  /** The same batches for `for await`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<B> {
    return madeInIdleMoments(oneByOne(this.begin(0)), this.prefetch);
  }

  /** Begins an epoch: gives what gives its batches, each as the function that makes it. */
  private begin(from: number): () => (() => B) | undefined {
    checkWhole("from", from, 0, this.length);
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

/** One generator, seeded anew for each sample from the epoch's base seed and the sample's place in the epoch. */
class SampleStreams {
  private readonly generator = new Generator();
  private readonly base: number;

  constructor(baseSeed: bigint) {
    const [high, low] = [Number(baseSeed >> 32n), Number(BigInt.asUintN(32, baseSeed))];
    this.base = scramble(scramble(low) ^ high);
  }

  /** For a batch whose first sample has this place. */
  from(start: number): SampleGenerators {
    return (place) => this.generator.manualSeed(scramble(this.base ^ (start + place)));
  }
}

/** A bijection of 32-bit numbers that mixes their bits: MurmurHash3's `fmix32` (Appleby), after an odd step. */
function scramble(word: number): number {
  word = (word + 0x9e3779b9) | 0;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}

function checkWhole(name: string, value: number, least: number, most = Infinity): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new ArgumentError({
    op: "DataLoader",
    problem: `invalid ${name}`,
    expected: most === Infinity ? `a whole number from ${least} up` : `a whole number from ${least} to ${most}`,
    got: String(value),
  });
}
