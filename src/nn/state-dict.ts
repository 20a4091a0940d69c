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
  /** The entries that were read under another name, which is their value. Absent if there are none. */
  readonly renamedKeys?: ReadonlyMap<string, string>;
}

/** A name, and what is left of it without what PyTorch's compile and DataParallel add. */
function unwrapped(name: string): string[] {
  const inner = name.replace(/(^|\.)(_orig_mod\.)+/g, "$1");
  return [name, inner, inner.replace(/(^|\.)module\./, "$1"), inner.replace(/(^|\.)(module\.)+/g, "$1")];
}

/**
 * The module's own names for the names in a state dict, without what wrappers have added; and if then none fits, without
 * what all of them begin with.
 */
function ownNames(own: StateDict, keys: readonly string[]): readonly string[] {
  let names = keys;
  for (;;) {
    const found = names.map((name) => unwrapped(name).find((one) => own.has(one)));
    if (found.some((name) => name !== undefined)) {
      names = names.map((name, i) => found[i] ?? name);
      return new Set(names).size === names.length ? names : keys;
    }
    const prefix = /^[^.]+\./.exec(names[0] ?? "")?.[0];
    if (!prefix || !names.every((name) => name.startsWith(prefix))) return keys;
    names = names.map((name) => name.slice(prefix.length));
  }
}

/** Overwrites the tensors in `own` with those of the same name in `dict`. */
export function loadStateDict(owner: string, own: StateDict, dict: StateDict, strict: boolean): LoadResult {
  const names = ownNames(own, [...dict.keys()]);
  const renamedKeys = new Map(
    [...dict.keys()].map((key, i) => [key, names[i]!] as const).filter(([key, name]) => key !== name),
  );
  const given = new Map([...dict.values()].map((tensor, i) => [names[i]!, tensor]));
  const missingKeys = [...own.keys()].filter((key) => !given.has(key) && !isCount(key, own));
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
      hint: "load the state of the same network, or pass { strict: false } to load only what matches",
    });
  }
  const elements = [...own].map(([key, tensor]) => {
    const isOld = isCount(key, own) && given.has(key.replace(/num_batches_tracked$/, "running_mean"));
    const source = given.get(key)?.data() ?? (isOld ? Int32Array.of(0) : undefined);
    return [tensor, source && converted(source, tensor, key)] as const;
  });
  for (const [tensor, source] of elements) if (source) tensor.setData(source);
  return { missingKeys, unexpectedKeys, ...(renamedKeys.size > 0 ? { renamedKeys } : {}) };
}

/** Whether it is a batch norm's count of batches. Files that lack it load as in PyTorch, which counts them as 0 batches. */
function isCount(key: string, own: StateDict): boolean {
  const [, module] = /^(.*)num_batches_tracked$/.exec(key) ?? [];
  return module !== undefined && own.has(`${module}running_mean`);
}

/** As in PyTorch, a list of one element fits a scalar: old files have no others. */
function misfit(key: string, own: Tensor, given: Tensor | undefined): string[] {
  if (!given || shapesEqual(own.shape, given.shape) || (own.ndim === 0 && given.shape.join() === "1")) return [];
  return [`${key} has the shape ${formatShape(given.shape)}, but in this network ${formatShape(own.shape)}`];
}

function converted(source: HostArray, { dtype }: Tensor, key: string): HostArray {
  if (dtype === "float32") return Float32Array.from(source);
  const whole = Int32Array.from(source);
  const at = whole.findIndex((element, i) => element !== source[i]);
  if (at < 0) return whole;
  const problem = `${key} holds integers of 32 bits`;
  throw new ArgumentError({ op: "loadStateDict", problem, got: `${source[at]} as its element ${at}` });
}

function quote(keys: readonly string[]): string {
  return keys.map((key) => `"${key}"`).join(", ");
}
