/**
 * Random numbers: the Mersenne Twister MT19937 (Matsumoto & Nishimura 1998) and, on top of it, the streams of
 * PyTorch's CPU generator. After the same `manualSeed` the same calls give PyTorch's bits (`normal`: to the last
 * rounding of log and cos).
 */
import { ArgumentError, DataError } from "../errors/errors.js";
import { sizeOf, type Shape } from "../graph/shape.js";
import { live } from "../ops/leaf.js";
import { Tensor } from "../tensor/tensor.js";

const WORDS = 624;
const MIDDLE = 397;
/** The seed of a `torch.Generator()` that has been given none; here also that of the default generator. */
const UNSEEDED = 67280421310721n;

/** A generator's state: plain data that survives JSON. */
export interface GeneratorState {
  /** The seed it was last given, in decimal (it may have 64 bits). */
  readonly seed: string;
  /** The 624 words of the Mersenne Twister. */
  readonly words: readonly number[];
  /** How many of them have been used since they were last renewed. */
  readonly used: number;
  /** The second of a pair of normal numbers, when only the first has been handed out. */
  readonly spareNormal: number | null;
}

/**
 * A source of random numbers: the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), drawn from as PyTorch does,
 * so that the same seed gives the same numbers. PyTorch: `torch.Generator` on the CPU.
 * @example
 * const generator = new Generator(1);
 * rand([3], generator).tolist(); // [0.7576, 0.2793, 0.4031]
 */
export class Generator {
  private readonly words = new Uint32Array(WORDS);
  /** How many words have been made from the seed; the others are when they are needed. */
  private seeded = 0;
  private used = 0;
  private spareNormal: number | undefined;
  private seed = UNSEEDED;

  /**
   * @param seed a whole number; PyTorch's own default unless given. Only its low 32 bits count
   * @throws ArgumentError if it is not a whole number
   */
  constructor(seed: number | bigint = UNSEEDED) {
    this.manualSeed(seed);
  }

  /**
   * Seeds the generator. PyTorch: `torch.Generator.manual_seed`.
   * @param seed a whole number; only its low 32 bits count
   * @returns this generator
   * @throws ArgumentError if it is not a whole number
   * @example new Generator().manualSeed(1).random(); // 1791095845
   */
  manualSeed(seed: number | bigint): this {
    if (typeof seed === "number" && !Number.isSafeInteger(seed)) {
      throw new ArgumentError({
        op: "manualSeed",
        problem: "not a seed",
        expected: "a whole number",
        got: String(seed),
      });
    }
    this.seed = BigInt(seed);
    this.words[0] = Number(BigInt.asUintN(32, this.seed));
    this.seeded = 1;
    this.used = 0;
    this.spareNormal = undefined;
    return this;
  }

  /** Makes words from the seed until there are `count`. The last one made has not been renewed: that is far behind. */
  private seedWords(count: number): void {
    const { words } = this;
    let word = words[this.seeded - 1]!;
    for (let i = this.seeded; i < count; i++) {
      word ^= word >>> 30;
      word = (Math.imul(word, 1812433253) + i) | 0;
      words[i] = word;
    }
    this.seeded = count;
  }

  /**
   * Returns the last seed. PyTorch: `torch.Generator.initial_seed`.
   * @returns the seed
   * @example new Generator(7).initialSeed(); // 7n
   */
  initialSeed(): bigint {
    return this.seed;
  }

  /**
   * Returns the state, which `setState()` restores. PyTorch: `torch.Generator.get_state`.
   * @returns plain data that survives JSON
   * @example
   * const generator = new Generator(1);
   * const state = generator.getState();
   * const first = generator.random();
   * generator.setState(state).random() === first; // true
   */
  getState(): GeneratorState {
    if (this.seeded < WORDS) this.seedWords(WORDS);
    const { seed, words, used, spareNormal } = this;
    return { seed: String(seed), words: Array.from(words), used, spareNormal: spareNormal ?? null };
  }

  /**
   * Restores a state that `getState()` returned. PyTorch: `torch.Generator.set_state`.
   * @param state the state
   * @returns this generator
   * @throws DataError if it is not a generator's state
   * @example new Generator(1).setState(new Generator(2).getState()).initialSeed(); // 2n
   */
  setState({ seed, words, used, spareNormal }: GeneratorState): this {
    const areWords = words.length === WORDS && words.every((word) => word >>> 0 === word);
    if (!areWords || !Number.isInteger(used) || used < 0 || used >= WORDS || !/^-?\d+$/.test(seed)) {
      throw new DataError({ op: "setState", problem: "not a generator's state", expected: "what getState() gave" });
    }
    this.seed = BigInt(seed);
    this.words.set(words);
    this.seeded = WORDS;
    this.used = used;
    this.spareNormal = spareNormal ?? undefined;
    return this;
  }

  /**
   * Draws 32 random bits.
   * @returns an integer from 0 to 2³² − 1
   * @example new Generator(1).random(); // 1791095845
   */
  random(): number {
    // One word is renewed at a time, and made no sooner than needed: generators are seeded for a few draws each.
    const { words, used: i } = this;
    const after = i + 1 < WORDS ? i + 1 : 0;
    const far = i + MIDDLE < WORDS ? i + MIDDLE : i + MIDDLE - WORDS;
    if (far >= this.seeded) this.seedWords(far + 1);
    const joined = (words[i]! & 0x80000000) | (words[after]! & 0x7fffffff);
    let word = words[far]! ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
    words[i] = word;
    this.used = after;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> 0;
  }

  /**
   * Draws 64 random bits, the high half first.
   * @returns an integer from 0 to 2⁶⁴ − 1
   * @example new Generator(1).random64() < 2n ** 64n; // true
   */
  random64(): bigint {
    const high = BigInt(this.random());
    return (high << 32n) | BigInt(this.random());
  }

  /**
   * Draws a float64 with 53 random bits.
   * @returns a number from 0 to below 1
   * @example new Generator(1).randomDouble(); // 0.061053
   */
  randomDouble(): number {
    const high = this.random();
    return ((high & 0x1fffff) * 2 ** 32 + this.random()) * 2 ** -53;
  }

  /**
   * Draws from the standard normal distribution, in float64. Numbers are made in pairs (Box and Muller 1958), and the
   * second one is kept for the next call.
   * @returns a number with mean 0 and variance 1
   * @example new Generator(1).randomNormal(); // 0.66
   */
  randomNormal(): number {
    const spare = this.spareNormal;
    this.spareNormal = undefined;
    if (spare !== undefined) return spare;
    const angle = 2 * Math.PI * this.randomDouble();
    const radius = Math.sqrt(-2 * Math.log1p(-this.randomDouble()));
    this.spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

/** What all draws come from that name no generator. Until `manualSeed` it has a fixed seed. */
export const defaultGenerator = new Generator();

/**
 * Seeds the default generator, which everything uses that is not given another one. PyTorch: `torch.manual_seed`.
 * @param seed a whole number; only its low 32 bits count
 * @returns the default generator
 * @throws ArgumentError if it is not a whole number
 * @example
 * manualSeed(1);
 * rand([2]).tolist(); // [0.7576, 0.2793]
 */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator.manualSeed(seed);
}

/** The default generator's state. PyTorch: `torch.get_rng_state`. */
export function getRngState(): GeneratorState {
  return defaultGenerator.getState();
}

/** Puts the default generator back into a state. PyTorch: `torch.set_rng_state`. */
export function setRngState(state: GeneratorState): void {
  defaultGenerator.setState(state);
}

/** One float32 in [from, to) of 24 random bits. PyTorch: `torch.empty(1).uniform_(from, to).item()`. */
export function uniformNumber(from: number, to: number, generator: Generator = defaultGenerator): number {
  const low = Math.fround(from);
  const range = Math.fround(Math.fround(to) - low);
  // Multiplied and added in one rounding, as PyTorch's vector code does: the product is exact in float64.
  return Math.fround((generator.random() & 0xffffff) * 2 ** -24 * range + low);
}

/** Fills with float32 numbers in [from, to). PyTorch: `Tensor.uniform_`. */
export function uniform(out: Float32Array, from: number, to: number, generator: Generator = defaultGenerator): void {
  for (let i = 0; i < out.length; i++) out[i] = uniformNumber(from, to, generator);
}

/** Fills with normal numbers. From 16 elements on PyTorch draws them in another way. PyTorch: `Tensor.normal_`. */
export function normal(out: Float32Array, mean: number, std: number, generator: Generator = defaultGenerator): void {
  if (out.length < 16) {
    for (let i = 0; i < out.length; i++) out[i] = generator.randomNormal() * std + mean;
    return;
  }
  uniform(out, 0, 1, generator);
  for (let start = 0; start + 16 <= out.length; start += 16) pairwiseNormal(out, start, mean, std);
  if (out.length % 16 === 0) return;
  // What does not fill a block of 16: the last 16 are drawn anew.
  const last = out.subarray(out.length - 16);
  uniform(last, 0, 1, generator);
  pairwiseNormal(last, 0, mean, std);
}

/** 16 uniform numbers become normal: the first 8 give radii, the last 8 angles (Box & Muller), all in float32. */
function pairwiseNormal(out: Float32Array, start: number, mean: number, std: number): void {
  for (let i = start; i < start + 8; i++) {
    const radius = Math.fround(Math.sqrt(Math.fround(-2 * Math.fround(Math.log(Math.fround(1 - out[i]!))))));
    const angle = Math.fround(Math.fround(2 * Math.PI) * out[i + 8]!);
    out[i] = Math.fround(radius * Math.fround(Math.cos(angle))) * std + mean;
    out[i + 8] = Math.fround(radius * Math.fround(Math.sin(angle))) * std + mean;
  }
}

/** A whole number from `low` up to, not including, `high`. PyTorch: `torch.randint(low, high, (1,)).item()`. */
export function randomInteger(low: number, high: number, generator: Generator = defaultGenerator): number {
  const range = high - low;
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || range <= 0) {
    throw new ArgumentError({
      op: "randint",
      problem: "no whole number lies in the range",
      expected: "low below high",
      got: `${low} and ${high}`,
    });
  }
  if (range < 2 ** 32) return (generator.random() % range) + low;
  return Number(generator.random64() % BigInt(range)) + low;
}

/** A number from 0 to 2⁶³ − 1. PyTorch: `torch.empty((), dtype=torch.int64).random_().item()`. */
export function randomInt64(generator: Generator = defaultGenerator): bigint {
  return BigInt.asUintN(63, generator.random64());
}

/**
 * Returns a random permutation of the integers from 0 to n − 1. PyTorch: `torch.randperm`.
 * @param n how many integers
 * @param generator the source of random numbers; the default one unless given
 * @returns the numbers, in an Int32Array
 * @example
 * manualSeed(1);
 * randperm(5); // [0, 4, 2, 3, 1]
 */
export function randperm(n: number, generator: Generator = defaultGenerator): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < n - 1; i++) {
    const other = i + (generator.random() % (n - i));
    const held = order[i]!;
    order[i] = order[other]!;
    order[other] = held;
  }
  return order;
}

/**
 * Draws a tensor of random numbers uniformly from [0, 1). PyTorch: `torch.rand`.
 * @param shape its shape
 * @param generator the source of random numbers; the default one unless given
 * @returns a float32 tensor
 * @example
 * manualSeed(1);
 * rand([3]).tolist(); // [0.7576, 0.2793, 0.4031]
 */
export function rand(shape: Shape, generator?: Generator): Tensor {
  return drawn(shape, (elements) => uniform(elements, 0, 1, generator));
}

/**
 * Draws a tensor of random numbers from the standard normal distribution. PyTorch: `torch.randn`.
 * @param shape its shape
 * @param generator the source of random numbers; the default one unless given
 * @returns a float32 tensor
 * @example
 * manualSeed(1);
 * randn([3]).tolist(); // [0.6614, 0.2669, 0.0617]
 */
export function randn(shape: Shape, generator?: Generator): Tensor {
  return drawn(shape, (elements) => normal(elements, 0, 1, generator));
}

/**
 * Draws a tensor of random integers uniformly. PyTorch: `torch.randint`.
 * @param low the smallest
 * @param high one more than the largest
 * @param shape its shape
 * @param generator the source of random numbers; the default one unless given
 * @returns an int32 tensor
 * @throws ArgumentError if no integer lies in the range
 * @example
 * manualSeed(1);
 * randint(0, 10, [4]).tolist(); // [5, 9, 4, 8]
 */
export function randint(low: number, high: number, shape: Shape, generator?: Generator): Tensor {
  const draw = (): Int32Array => Int32Array.from({ length: sizeOf(shape) }, () => randomInteger(low, high, generator));
  return new Tensor(live(draw, shape, "int32"));
}

/** Draws now, and in each run of a compiled function. */
function drawn(shape: Shape, fill: (elements: Float32Array) => void): Tensor {
  const draw = (): Float32Array => {
    const elements = new Float32Array(sizeOf(shape));
    fill(elements);
    return elements;
  };
  return new Tensor(live(draw, shape, "float32"));
}
