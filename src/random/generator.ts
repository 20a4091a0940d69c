/**
 * The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), with the state and the basic draws of PyTorch's CPU
 * generator. After the same `manualSeed`, the same calls return the same bits as in PyTorch.
 */
import { DataError } from "../errors/errors.js";
import { kind } from "../errors/kinds.js";
import { checked, isRecord, optional, required, Signature } from "../errors/signature.js";

const WORDS = 624;
const MIDDLE = 397;
/** The seed of a `torch.Generator()` that has not been seeded. Here it is also the default generator's seed. */
const UNSEEDED = 67280421310721n;

const seedKind = kind<number | bigint>(
  "a whole number of 64 bits",
  (value) => (typeof value === "bigint" && -(2n ** 63n) <= value && value < 2n ** 64n) || Number.isSafeInteger(value),
);
const ofGenerator = new Signature("Generator", [optional("seed", seedKind, UNSEEDED)]);
const ofManualSeed = [required("seed", seedKind)] as const;
const seeding = new Signature("manualSeed", ofManualSeed);
const ofSetState = new Signature("setState", [
  required("state", kind<GeneratorState>("what getState() returned", isRecord)),
]);

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
  /** How many words have been derived from the seed. The others follow when they are needed. */
  private seeded = 0;
  private used = 0;
  private spareNormal: number | undefined;
  private seed = UNSEEDED;

  /**
   * @param seed a whole number; PyTorch's own default unless given. Only its low 32 bits count
   * @param surplus nothing: more arguments are refused
   * @throws ArgumentError if it is not a whole number
   */
  constructor(seed?: number | bigint, ...surplus: never[]) {
    this.manualSeed(ofGenerator.read([seed, ...surplus]).seed);
  }

  /**
   * Seeds the generator. PyTorch: `torch.Generator.manual_seed`.
   * @param seed a whole number; only its low 32 bits count
   * @param surplus nothing: more arguments are refused
   * @returns this generator
   * @throws ArgumentError if it is not a whole number
   * @example new Generator().manualSeed(1).random(); // 1791095845
   */
  manualSeed(seed: number | bigint, ...surplus: never[]): this {
    // As in PyTorch, a negative seed is read as 64 bits without a sign.
    this.seed = BigInt.asUintN(64, BigInt(seeding.read([seed, ...surplus]).seed));
    this.words[0] = Number(BigInt.asUintN(32, this.seed));
    this.seeded = 1;
    this.used = 0;
    this.spareNormal = undefined;
    return this;
  }

  /**
   * Derives words from the seed until there are `count`. Each follows from the last one, which cannot have been renewed
   * yet: renewal is far behind.
   */
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
   * @param surplus nothing: more arguments are refused
   * @returns this generator
   * @throws DataError if it is not a generator state
   * @example new Generator(1).setState(new Generator(2).getState()).initialSeed(); // 2n
   */
  setState(state: GeneratorState, ...surplus: never[]): this {
    const { seed, words, used, spareNormal } = ofSetState.read([state, ...surplus]).state;
    const areWords = words.length === WORDS && used < WORDS && [...words, used].every((word) => word >>> 0 === word);
    const isSpare = spareNormal === null || typeof spareNormal === "number";
    if (!areWords || !isSpare || !/^-?\d+$/.test(seed)) {
      throw new DataError({ op: "setState", problem: "not a generator state", expected: "what getState() returned" });
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
    // Words are renewed one at a time and derived only when they are needed, because many generators are seeded for
    // only a few draws.
    const { words, used: i } = this;
    const after = (i + 1) % WORDS;
    const far = (i + MIDDLE) % WORDS;
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

/** The source of all draws that do not name a generator. It has a fixed seed until `manualSeed` is called. */
export const defaultGenerator = new Generator();

/**
 * Seeds the default generator, which is used wherever no other generator is given. PyTorch: `torch.manual_seed`.
 * @param seed a whole number; only its low 32 bits count
 * @returns the default generator
 * @throws ArgumentError if it is not a whole number
 * @function
 * @example
 * manualSeed(1);
 * rand([2]).tolist(); // [0.7576, 0.2793]
 */
export const manualSeed: (seed: number | bigint) => Generator = checked("manualSeed", ofManualSeed, ({ seed }) =>
  defaultGenerator.manualSeed(seed),
);

/** Returns the state of the default generator. PyTorch: `torch.get_rng_state`. */
export function getRngState(): GeneratorState {
  return defaultGenerator.getState();
}

/** Restores a state of the default generator. PyTorch: `torch.set_rng_state`. */
export function setRngState(state: GeneratorState): void {
  defaultGenerator.setState(state);
}
