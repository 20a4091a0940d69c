/** Finds the dict of tensors in what a checkpoint holds, which may be the dict itself or have it under some name. */
import { NumpyArray } from "./pickled-numpy.js";
import { describeValue, PickleGlobal, PickleObject, type PickleValue } from "./pickle.js";
import { refuse, StorageView } from "./pytorch-pickle.js";

/** The names under which larger checkpoints usually keep the state dict. */
const STATE_DICTS = [
  "state_dict",
  "model_state_dict",
  "model_state",
  "model",
  "net",
  "network",
  "params",
  "module",
  "weights",
] as const;
const isUsual = (name: PickleValue): boolean => (STATE_DICTS as readonly PickleValue[]).includes(name);
/** How deep it may lie. */
const MAX_DEPTH = 4;

/** Functions of PyTorch's that make tensors of other kinds. */
const OTHER_TENSOR = /^torch\..*\b_rebuild_\w+$/;

type Entries = readonly (readonly [PickleValue, PickleValue])[];

export interface FoundDict {
  /** The names that lead to it, joined by dots; empty for the file's own value. */
  readonly path: string;
  readonly entries: Entries;
}

/** Whether a value is a tensor, even if it is one that cannot be read. */
export function isTensor(value: PickleValue): value is StorageView | NumpyArray | PickleObject {
  if (value instanceof NumpyArray) return !value.isScalar && !value.isWithoutNumbers;
  return value instanceof StorageView || (value instanceof PickleObject && OTHER_TENSOR.test(value.name));
}

/** @throws DataError if there is no dict of tensors, or more than one that could be meant */
export function findStateDict(root: PickleValue, file: string): FoundDict {
  const found = dictsIn(root, [], new Set());
  if (found.length === 1) return found[0]!;
  // A network without parameters and buffers.
  if (root instanceof Map && root.size === 0) return { path: "", entries: [] };
  if (found.length > 1) {
    const paths = found.map(({ path }) => `"${path}"`).join(", ");
    const hint = "save the one that is meant: torch.save(checkpoint[…], file)";
    throw refuse(file, "it holds several dicts of tensors", "one", paths, hint);
  }
  if (root instanceof PickleObject || root instanceof PickleGlobal) {
    throw refuse(
      file,
      `it asks for ${root.name}, which is not needed for tensors and is not executed`,
      undefined,
      undefined,
      "save tensors only: torch.save(model.state_dict(), file), or convert the file to safetensors",
    );
  }
  const whole = root instanceof Map ? [...root].find(([, held]) => held instanceof PickleObject) : undefined;
  if (whole) {
    const [key, { name }] = whole as [PickleValue, PickleObject];
    const hint = `save its state: torch.save(checkpoint[${JSON.stringify(describeValue(key))}].state_dict(), file)`;
    throw refuse(file, `"${describeValue(key)}" is a ${name}, which is not executed`, "a state dict", undefined, hint);
  }
  const names = root instanceof Map ? [...root.keys()].slice(0, 8).map((key) => `"${describeValue(key)}"`) : [];
  throw refuse(
    file,
    "it holds no dict of tensors",
    `a state dict, or one under ${STATE_DICTS.slice(0, -1).join(", ")} or ${STATE_DICTS.at(-1)!}`,
    names.length > 0 ? `a dict of ${names.join(", ")}` : describeValue(root),
  );
}

/** The dicts of tensors in a value. One under a usual name is preferred, and then the value itself. */
function dictsIn(value: PickleValue, path: readonly string[], seen: Set<PickleValue>): FoundDict[] {
  const entries = entriesOf(value);
  if (!entries || path.length > MAX_DEPTH || seen.has(value)) return [];
  seen.add(value);
  // An optimizer's state has tensors, too.
  if (entries.some(([key]) => key === "param_groups")) return [];
  const inside = (chosen: Entries): FoundDict[] =>
    chosen.flatMap(([key, held]) => (typeof key === "string" ? dictsIn(held, [...path, key], seen) : []));
  const usual = inside(entries.filter(([key]) => isUsual(key)));
  if (usual.length > 0) return usual;
  const isDict = entries.some(([key, held]) => typeof key === "string" && isTensor(held));
  return isDict ? [{ path: path.join("."), entries }] : inside(entries);
}

function entriesOf(value: PickleValue): Entries | undefined {
  if (value instanceof PickleObject) return [...value.items];
  if (value instanceof Map) return [...(value as ReadonlyMap<PickleValue, PickleValue>)];
  return Array.isArray(value) ? value.map((held: PickleValue, i) => [String(i), held] as const) : undefined;
}
