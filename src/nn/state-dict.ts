/** Loading a state dict into tensors. Everything is checked before anything is overwritten. */
import { ArgumentError } from "../errors/errors.js";
import type { HostArray } from "../graph/node.js";
import { formatShape, shapesEqual } from "../graph/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** Parameters and buffers by their names in PyTorch, such as `bn1.running_mean`. */
export type StateDict = Map<string, Tensor>;

/** Options of `loadStateDict`. */
export interface LoadOptions {
  /** Whether missing and unexpected entries are errors. Default true. */
  readonly strict?: boolean;
}

/** What `loadStateDict` found. */
export interface LoadResult {
  /** The entries of the module that the state dict does not have. */
  readonly missingKeys: readonly string[];
  /** The entries of the state dict that the module does not have. */
  readonly unexpectedKeys: readonly string[];
}

/** Overwrites the tensors in `own` with those of the same name in `given`. */
export function loadStateDict(owner: string, own: StateDict, given: StateDict, strict: boolean): LoadResult {
  const missingKeys = [...own.keys()].filter((key) => !given.has(key));
  const unexpectedKeys = [...given.keys()].filter((key) => !own.has(key));
  const problems = [...own].flatMap(([key, tensor]) => misfit(key, tensor, given.get(key)));
  if (strict) {
    if (unexpectedKeys.length > 0) problems.unshift(`unexpected key(s) ${quote(unexpectedKeys)}`);
    if (missingKeys.length > 0) problems.unshift(`missing key(s) ${quote(missingKeys)}`);
  }
  if (problems.length > 0) {
    throw new ArgumentError({
      op: "loadStateDict",
      problem: `the state dict does not fit ${owner}: ${problems.join("; ")}`,
      hint: "load the state of a network of the same class and arguments, or pass { strict: false } to load only the entries that match",
    });
  }
  const elements = [...own].map(([key, tensor]) => [tensor, given.get(key)?.data()] as const);
  for (const [tensor, source] of elements) if (source) tensor.setData(converted(source, tensor));
  return { missingKeys, unexpectedKeys };
}

function misfit(key: string, own: Tensor, given: Tensor | undefined): string[] {
  if (!given || shapesEqual(own.shape, given.shape)) return [];
  return [`${key} has the shape ${formatShape(given.shape)}, but in this network ${formatShape(own.shape)}`];
}

function converted(source: HostArray, { dtype }: Tensor): HostArray {
  return dtype === "float32" ? Float32Array.from(source) : Int32Array.from(source);
}

function quote(keys: readonly string[]): string {
  return keys.map((key) => `"${key}"`).join(", ");
}
