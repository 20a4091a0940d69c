/**
 * The samples of all ops, and of functions composed of ops, as cases that are ready to run: inputs filled with
 * reproducible numbers, and a function that builds the node. All checks of ops take their cases from here: the
 * reference against finite differences and PyTorch (ops.test.ts), and an engine against the reference.
 */
import type { Dtype, HostArray, Node } from "../graph/node.js";
import { Variable } from "../graph/variable.js";
import { sizeOf, type Shape } from "../graph/shape.js";
import { functionSamples } from "./function-samples.js";
import { data, variable } from "../ops/leaf.js";
import { applyOp, registry, type Op, type Sample, type SampleInput } from "../graph/op.js";

export interface FilledInput {
  readonly shape: Shape;
  readonly dtype: Dtype;
  /** The elements, dense and row-major; each is a float32 (or int32) number. */
  readonly values: HostArray;
}

export interface SampleCase {
  /** The name of the op or function, and the index of the sample: `conv2d 3`, `argmax() 0`. */
  readonly name: string;
  readonly inputs: readonly FilledInput[];
  readonly build: (inputs: readonly Node[]) => Node;
  /** The same in Python; `x` is the list of inputs. */
  readonly torch: string | null;
  /** Why the gradient must not be compared with finite differences. */
  readonly gradientCaveat: string | undefined;
}

/** Numbers in [0, 1) that depend only on the text (FNV-1a, then mulberry32). */
export function reproducible(text: string): () => number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Random elements of an input are multiples of this, so they are exact in float32 and short as text. */
const grain = 2 ** -14;

/** Fills an input with its elements; random ones depend only on `name`. */
export function fillInput(input: Shape | SampleInput, name: string): FilledInput {
  const given: SampleInput = "shape" in input ? input : { shape: input };
  const { shape, range = [-2, 2], dtype = "float32" } = given;
  const [low, high] = range;
  const next = reproducible(name);
  const draw = (): number => {
    const x = low + next() * (high - low);
    return dtype === "int32" ? Math.floor(x) : Math.floor(x / grain) * grain;
  };
  const values = given.values ?? Array.from({ length: sizeOf(shape) }, draw);
  return { shape, dtype, values: dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values) };
}

/** The input as a data leaf. */
export function asData({ values, shape, dtype }: FilledInput): Node {
  return data(values, shape, dtype);
}

/** The input as a variable that requires a gradient if it is float32. */
export function asVariable({ values, shape, dtype }: FilledInput): Node {
  return variable(new Variable(shape, dtype, values), dtype === "float32");
}

/** The weights of a case's result elements, with which its gradient starts. */
export function upstream(name: string, shape: Shape): FilledInput {
  return fillInput(shape, `${name} upstream`);
}

function casesOf<A>(op: Op<A>): SampleCase[] {
  return op.samples.map((sample: Sample<A>, number) => ({
    name: `${op.name} ${number}`,
    inputs: sample.inputs.map((input, i) => fillInput(input, `${op.name} ${number} ${i}`)),
    build: (inputs) => applyOp(op, inputs, sample.attrs),
    torch: op.torch ? op.torch(sample.attrs) : null,
    gradientCaveat: op.gradientCaveat,
  }));
}

/** A case for each sample of each op. */
export function opCases(): SampleCase[] {
  return [...registry.values()].flatMap((op) => casesOf(op));
}

/** A case for each sample of the functions that are composed of ops. */
export function functionCases(): SampleCase[] {
  const counts = new Map<string, number>();
  return functionSamples.map(({ name: called, inputs, build, torch }) => {
    const number = counts.get(called) ?? 0;
    counts.set(called, number + 1);
    const name = `${called}() ${number}`;
    return {
      name,
      inputs: inputs.map((input, i) => fillInput(input, `${name} ${i}`)),
      build: (nodes) => build(...nodes),
      torch,
      gradientCaveat: undefined,
    };
  });
}

/** What to ask PyTorch about a case, and a digest that reveals an answer to an older question. */
export interface TorchRequest {
  readonly name: string;
  readonly digest: string;
  readonly torch: string;
  readonly inputs: readonly { readonly shape: Shape; readonly dtype: Dtype; readonly values: readonly number[] }[];
  /** Null where the result is int32. */
  readonly upstream: readonly number[] | null;
}

export function torchRequest({ name, inputs, build, torch }: SampleCase): TorchRequest {
  if (torch === null) throw new Error(`${name} has no counterpart in PyTorch`);
  const { shape, dtype } = build(inputs.map(asData));
  const question = {
    name,
    torch,
    inputs: inputs.map((input) => ({ ...input, values: [...input.values] })),
    upstream: dtype === "float32" ? [...upstream(name, shape).values] : null,
  };
  const digest = Math.floor(reproducible(JSON.stringify(question))() * 2 ** 32).toString(16);
  return { ...question, digest };
}
