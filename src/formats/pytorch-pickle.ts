/** What a pickle of PyTorch's refers to: storages, and the tensors that view them. */
import { DataError } from "../errors/errors.js";
import type { ElementTypeName } from "./element-types.js";
import { PickleGlobal, PickleObject, type PickleEnvironment, type PickleValue } from "./pickle.js";
import { numpyGlobals } from "./pickled-numpy.js";
import type { StridedView } from "./strides.js";

/** The element types of PyTorch's storage classes and dtypes. */
const STORAGES: Readonly<Record<string, ElementTypeName>> = {
  "torch.DoubleStorage": "F64",
  "torch.FloatStorage": "F32",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.LongStorage": "I64",
  "torch.IntStorage": "I32",
  "torch.ShortStorage": "I16",
  "torch.CharStorage": "I8",
  "torch.ByteStorage": "U8",
  "torch.BoolStorage": "BOOL",
};
/** Those dtypes without a storage class of their own, which newer versions write with untyped storages. */
const DTYPES: Readonly<Record<string, ElementTypeName>> = {
  "torch.uint16": "U16",
  "torch.uint32": "U32",
  "torch.uint64": "U64",
};
/** PyTorch's own limit for the number of axes. */
const MAX_AXES = 64;

/** A storage. Its type is a name in Python if it cannot be read. */
export class Storage {
  constructor(
    readonly type: ElementTypeName | { readonly unknown: string },
    readonly key: string,
    /** The number of elements; of bytes, if the storage is untyped. */
    readonly size: number,
    readonly isUntyped = false,
  ) {}
}

/** A tensor in the pickle, before its elements are read. */
export class StorageView implements StridedView {
  readonly description = "a tensor";
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/**
 * The functions and storages that a state dict's pickle may use.
 * @param note is called with each storage that the pickle mentions
 */
export function pytorchEnvironment(file: string, note: (storage: Storage) => void = () => {}): PickleEnvironment {
  const tensor = (args: readonly PickleValue[]): PickleValue => rebuildTensor(args, file);
  const parameter = ([held]: readonly PickleValue[]): PickleValue => held ?? null;
  const globals: PickleEnvironment["globals"] = {
    ...numpyGlobals,
    "collections.OrderedDict": (args) => pairs(args),
    // The first argument of a defaultdict is the function that makes missing values.
    "collections.defaultdict": () => new Map(),
    "torch._utils._rebuild_tensor": tensor,
    "torch._utils._rebuild_tensor_v2": tensor,
    "torch._utils._rebuild_tensor_v3": (args) => rebuildUntyped(args, file),
    "torch._utils._rebuild_parameter": parameter,
    "torch._utils._rebuild_parameter_with_state": parameter,
    // A tensor of a subclass, or one with attributes: the function, the class, the function's arguments.
    "torch._tensor._rebuild_from_type_v2": ([callee, , args]) => {
      const known = callee instanceof PickleGlobal && Object.hasOwn(globals, callee.name);
      if (known && Array.isArray(args)) return globals[callee.name]!(args as readonly PickleValue[]);
      return new PickleObject(callee instanceof PickleGlobal ? callee.name : "torch._tensor._rebuild_from_type_v2");
    },
  };
  const persistent = (id: PickleValue): PickleValue => {
    const made = openStorage(id, file);
    if (made instanceof Storage) note(made);
    return made;
  };
  return { globals, persistent };
}

/** The items of a dict that is made from a list of pairs. */
function pairs([list]: readonly PickleValue[]): Map<PickleValue, PickleValue> {
  const items = Array.isArray(list) ? (list as PickleValue[]) : [];
  return new Map(
    items.flatMap((pair) => (Array.isArray(pair) && pair.length === 2 ? [pair as [PickleValue, PickleValue]] : [])),
  );
}

/** `("storage", torch.FloatStorage, "0", "cpu", 72)`; older files have modules, too: `("module", class, file, text)` */
function openStorage(id: PickleValue, file: string): PickleValue {
  const [kind, type, key, , size, view] = Array.isArray(id) ? (id as PickleValue[]) : [];
  if (kind === "module" && type instanceof PickleGlobal) return type;
  const isStorage = kind === "storage" && type instanceof PickleGlobal && (view ?? null) === null;
  if (!isStorage || typeof key !== "string" || !isSize(size)) {
    throw refuse(file, "a storage is described in another form than PyTorch's");
  }
  const known = Object.hasOwn(STORAGES, type.name) ? STORAGES[type.name] : undefined;
  return new Storage(known ?? { unknown: type.name }, key, size);
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks)` */
function rebuildTensor([storage, offset, shape, strides]: readonly PickleValue[], file: string): StorageView {
  if (storage instanceof Storage && isSize(offset) && isSizes(shape) && isSizes(strides)) {
    if (shape.length === strides.length) return new StorageView(storage, offset, shape, strides);
  }
  throw refuse(file, "a tensor is described in another form than PyTorch's");
}

/** The same with a dtype as the seventh argument, of an untyped storage. */
function rebuildUntyped(args: readonly PickleValue[], file: string): StorageView {
  const [storage, dtype] = [args[0], args[6]];
  if (!(storage instanceof Storage && dtype instanceof PickleGlobal)) return rebuildTensor(args, file);
  const type = Object.hasOwn(DTYPES, dtype.name) ? DTYPES[dtype.name]! : { unknown: dtype.name };
  return rebuildTensor([new Storage(type, storage.key, storage.size, true), ...args.slice(1)], file);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length <= MAX_AXES && value.every(isSize);
}

export function refuse(
  file: string,
  problem: string,
  expected?: string,
  got?: string,
  hint = "write the file with torch.save(model.state_dict(), file)",
): DataError {
  return new DataError({ op: "pytorch", problem: `${file}: ${problem}`, expected, got, hint });
}
