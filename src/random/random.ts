/**
 * PyTorch's random streams: `torch.rand`, `torch.randn`, `torch.randint` and `torch.randperm`, bit for bit (`normal`
 * may differ in the last rounding of log and cos).
 */
import { ArgumentError } from "../errors/errors.js";
import { instance, integer, notNegative } from "../errors/kinds.js";
import { checked, optional, required, Signature } from "../errors/signature.js";
import { sizeOf, type Shape } from "../graph/shape.js";
import { live } from "../ops/leaf.js";
import { Tensor } from "../tensor/tensor.js";
import { mostElements, shapeKind, withShape } from "../tensor/kinds.js";
import { defaultGenerator, Generator } from "./generator.js";

export { defaultGenerator, Generator, getRngState, manualSeed, setRngState, type GeneratorState } from "./generator.js";

/**
 * The generator that a function draws from.
 * @internal
 */
export const generatorParameter = optional(
  "generator",
  instance("a Generator", () => Generator),
);
const int32 = 2 ** 31;
const ofRandint = new Signature("randint", [
  required("low", integer(-int32, int32 - 1)),
  required("high", integer(1 - int32, int32)),
  required("shape", shapeKind),
  generatorParameter,
]);

/** A function that takes a shape, in an array or one size after the other, and a generator. */
interface OfShape {
  (shape: Shape, generator?: Generator): Tensor;
  (...sizes: readonly number[]): Tensor;
}

/** Draws a float32 in [from, to) with 24 random bits. PyTorch: `torch.empty(1).uniform_(from, to).item()`. */
export function uniformNumber(from: number, to: number, generator: Generator = defaultGenerator): number {
  const low = Math.fround(from);
  const range = Math.fround(Math.fround(to) - low);
  // The product is exact in float64, so multiplying and adding round only once, as in PyTorch's vector code.
  return Math.fround((generator.random() & 0xffffff) * 2 ** -24 * range + low);
}

/**
 * Fills an array with float32 numbers in [from, to). PyTorch: `Tensor.uniform_`.
 * @throws ArgumentError if the bounds are in the wrong order, or not in float32
 */
export function uniform(out: Float32Array, from: number, to: number, generator: Generator = defaultGenerator): void {
  const range = Math.fround(to) - Math.fround(from);
  if (!(range >= 0 && Math.fround(range) < Infinity)) {
    throw new ArgumentError({
      op: "uniform_",
      problem: `no numbers lie between ${from} and ${to}`,
      expected: "low that is not above high, at a distance that float32 can hold",
    });
  }
  for (let i = 0; i < out.length; i++) out[i] = uniformNumber(from, to, generator);
}

/**
 * Fills an array with normally distributed numbers. PyTorch draws 16 elements or more in a different way than fewer.
 * PyTorch: `Tensor.normal_`.
 * @throws ArgumentError for a negative standard deviation
 */
export function normal(out: Float32Array, mean: number, std: number, generator: Generator = defaultGenerator): void {
  if (std < 0) {
    throw new ArgumentError({
      op: "normal_",
      problem: "invalid std",
      expected: notNegative.expected,
      got: String(std),
    });
  }
  if (out.length < 16) {
    for (let i = 0; i < out.length; i++) out[i] = generator.randomNormal() * std + mean;
    return;
  }
  uniform(out, 0, 1, generator);
  for (let start = 0; start + 16 <= out.length; start += 16) pairwiseNormal(out, start, mean, std);
  if (out.length % 16 === 0) return;
  // If the last block is not full, the last 16 elements are drawn again.
  const last = out.subarray(out.length - 16);
  uniform(last, 0, 1, generator);
  pairwiseNormal(last, 0, mean, std);
}

/**
 * Turns 16 uniform numbers into normally distributed ones, in float32: the first 8 give radii and the last 8 angles
 * (Box and Muller).
 */
function pairwiseNormal(out: Float32Array, start: number, mean: number, std: number): void {
  for (let i = start; i < start + 8; i++) {
    const radius = Math.fround(Math.sqrt(Math.fround(-2 * Math.fround(Math.log(Math.fround(1 - out[i]!))))));
    const angle = Math.fround(Math.fround(2 * Math.PI) * out[i + 8]!);
    out[i] = Math.fround(radius * Math.fround(Math.cos(angle))) * std + mean;
    out[i + 8] = Math.fround(radius * Math.fround(Math.sin(angle))) * std + mean;
  }
}

/** Draws an integer from `low` up to, but not including, `high`. PyTorch: `torch.randint(low, high, (1,)).item()`. */
export function randomInteger(low: number, high: number, generator: Generator = defaultGenerator): number {
  const range = high - low;
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || range <= 0) {
    throw new ArgumentError({
      op: "randint",
      problem: "the range contains no integer",
      expected: "low below high",
      got: `${low} and ${high}`,
    });
  }
  if (range < 2 ** 32) return (generator.random() % range) + low;
  return Number(generator.random64() % BigInt(range)) + low;
}

/** Draws an integer from 0 to 2⁶³ − 1. PyTorch: `torch.empty((), dtype=torch.int64).random_().item()`. */
export function randomInt64(generator: Generator = defaultGenerator): bigint {
  return BigInt.asUintN(63, generator.random64());
}

/**
 * Returns a random permutation of the integers from 0 to n − 1. PyTorch: `torch.randperm`.
 * @param n how many integers
 * @param generator the source of random numbers; the default one unless given
 * @returns the numbers, in an Int32Array
 * @function
 * @example
 * manualSeed(1);
 * randperm(5); // [0, 4, 2, 3, 1]
 */
export const randperm: (n: number, generator?: Generator) => Int32Array = checked(
  "randperm",
  [required("n", integer(0, mostElements)), generatorParameter],
  ({ n, generator }) => permutation(n, generator),
);

function permutation(n: number, generator: Generator = defaultGenerator): Int32Array {
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
 * @param shape its shape, in an array or one size after the other
 * @param generator the source of random numbers; the default one unless given
 * @returns a float32 tensor
 * @function
 * @example
 * manualSeed(1);
 * rand([3]).tolist(); // [0.7576, 0.2793, 0.4031]
 */
export const rand: OfShape = drawnFrom("rand", (elements, generator) => uniform(elements, 0, 1, generator));

/**
 * Draws a tensor of random numbers from the standard normal distribution. PyTorch: `torch.randn`.
 * @param shape its shape, in an array or one size after the other
 * @param generator the source of random numbers; the default one unless given
 * @returns a float32 tensor
 * @function
 * @example
 * manualSeed(1);
 * randn([3]).tolist(); // [0.6614, 0.2669, 0.0617]
 */
export const randn: OfShape = drawnFrom("randn", (elements, generator) => normal(elements, 0, 1, generator));

/**
 * Draws a tensor of random integers uniformly. PyTorch: `torch.randint`.
 * @param low the smallest; without it, 0
 * @param high one more than the largest
 * @param shape its shape
 * @param generator the source of random numbers; the default one unless given
 * @returns an int32 tensor
 * @throws ArgumentError if no integer lies in the range, or if int32 cannot hold all that lie there
 * @function
 * @example
 * manualSeed(1);
 * randint(0, 10, [4]).tolist(); // [5, 9, 4, 8]
 * randint(10, [2, 2]).shape; // [2, 2]
 */
export const randint: {
  (low: number, high: number, shape: Shape, generator?: Generator): Tensor;
  (high: number, shape: Shape, generator?: Generator): Tensor;
} = (...given: readonly unknown[]): Tensor => {
  const { low, high, generator, ...sizes } = ofRandint.read(Array.isArray(given[1]) ? [0, ...given] : given);
  const shape = [...sizes.shape];
  const draw = (): Int32Array => Int32Array.from({ length: sizeOf(shape) }, () => randomInteger(low, high, generator));
  return new Tensor(live(draw, shape, "int32"));
};

/** A function that draws a tensor of a shape. The elements are drawn now, and again in each run of a compiled function. */
function drawnFrom(op: string, fill: (elements: Float32Array, generator: Generator | undefined) => void): OfShape {
  const signature = new Signature(op, [required("shape", shapeKind), generatorParameter]);
  return (...given: readonly unknown[]) => {
    const { shape, generator } = signature.read(withShape(given));
    const draw = (): Float32Array => {
      const elements = new Float32Array(sizeOf(shape));
      fill(elements, generator);
      return elements;
    };
    return new Tensor(live(draw, shape, "float32"));
  };
}
