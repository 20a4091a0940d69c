/**
 * PyTorch's `.pt` files, as `torch.save(model.state_dict(), file)` has written them since PyTorch 1.6: a zip archive
 * with a pickle that gives the storage, offset, shape and strides of each tensor, and a file `data/<key>` for each
 * storage. The pickle is read with an allow-list (see pickle.ts) and never executed.
 */
import { DataError } from "../errors/errors.js";
import { formatShape, sizeOf } from "../graph/shape.js";
import { bytesIn, readElements, type ElementTypeName } from "./element-types.js";
import type { StoredTensor } from "./safetensors.js";
import { describeValue, PickleGlobal, readPickle, type PickleEnvironment, type PickleValue } from "./pickle.js";
import { denseElements, reachOf, type StridedView } from "./strides.js";
import { maximumBytes, type ZipArchive } from "./zip.js";

/** The element types of PyTorch's storage classes. */
const STORAGES: Readonly<Record<string, ElementTypeName>> = {
  "torch.DoubleStorage": "F64",
  "torch.FloatStorage": "F32",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.LongStorage": "I64",
  "torch.IntStorage": "I32",
};
/** The names under which larger checkpoints usually keep the state dict. */
const STATE_DICTS = ["state_dict", "model_state_dict", "model"] as const;
/** PyTorch's own limit for the number of axes. */
const MAX_AXES = 64;

class Storage {
  constructor(
    readonly type: ElementTypeName,
    readonly key: string,
    readonly size: number,
  ) {}
}

/** A tensor in the pickle, before its elements are read. */
class StorageView implements StridedView {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

export function isPyTorch({ names }: ZipArchive): boolean {
  return names.some((name) => name.endsWith("/data.pkl"));
}

/** @throws DataError if the file is damaged or contains anything but tensors */
export function decodePyTorch(archive: ZipArchive, file: string): Map<string, StoredTensor> {
  const pickle = archive.names.find((name) => name.endsWith("/data.pkl"))!;
  const root = pickle.slice(0, -"data.pkl".length);
  if (archive.has(`${root}constants.pkl`)) throw refuse(file, "it is a TorchScript program, not a state dict");
  checkByteOrder(archive, root, file);
  const dict = findStateDict(readPickle(archive.read(pickle), `${file}: ${pickle}`, environment(file)), file);
  checkTotal(dict, file);
  const storages = new Map<string, StoredTensor["data"]>();
  const elementsOf = (name: string, storage: Storage): StoredTensor["data"] => {
    const known = storages.get(storage.key);
    const elements = known ?? readStorage(archive, `${root}data/${storage.key}`, storage, `${file}: ${name}`);
    storages.set(storage.key, elements);
    return elements;
  };
  return new Map(
    [...dict].map(([name, view]) => {
      const elements = elementsOf(name, view.storage);
      if (reachOf(view) > elements.length) throw refuse(file, `${name} reads past the end of its storage`);
      return [name, { shape: view.shape, data: denseElements(elements, view) }];
    }),
  );
}

/** The globals and persistent ids that a state dict's pickle may use. */
function environment(file: string): PickleEnvironment {
  return {
    globals: {
      "collections.OrderedDict": (args) => {
        if (args.length > 0) throw refuse(file, "an OrderedDict is made from something");
        return new Map();
      },
      "torch._utils._rebuild_tensor_v2": (args) => rebuildTensor(args, file),
      "torch._utils._rebuild_parameter": ([tensor]) => {
        if (tensor instanceof StorageView) return tensor;
        throw refuse(file, "a parameter is made from something that is not a tensor");
      },
      ...Object.fromEntries(Object.keys(STORAGES).map((name) => [name, null])),
    },
    persistent: (id) => openStorage(id, file),
  };
}

/** `("storage", torch.FloatStorage, "0", "cpu", 72)` */
function openStorage(id: PickleValue, file: string): Storage {
  const [kind, type, key, , size] = Array.isArray(id) ? (id as PickleValue[]) : [];
  const known = type instanceof PickleGlobal ? STORAGES[type.name] : undefined;
  if (kind === "storage" && known && typeof key === "string" && isSize(size)) return new Storage(known, key, size);
  throw refuse(file, "a storage is described in another form than PyTorch's");
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks)` */
function rebuildTensor([storage, offset, shape, strides]: readonly PickleValue[], file: string): StorageView {
  if (storage instanceof Storage && isSize(offset) && isSizes(shape) && isSizes(strides)) {
    if (shape.length === strides.length) return new StorageView(storage, offset, shape, strides);
  }
  throw refuse(file, "a tensor is described in another form than PyTorch's");
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length <= MAX_AXES && value.every(isSize);
}

/** Returns the dict itself if it contains tensors, and otherwise the state dict inside it. */
function findStateDict(root: PickleValue, file: string): ReadonlyMap<string, StorageView> {
  if (!(root instanceof Map)) throw refuse(file, "it holds no dict of tensors");
  const inner = STATE_DICTS.map((name) => root.get(name)).find((value) => value instanceof Map);
  const dict = inner ?? root;
  for (const [name, value] of dict) {
    if (typeof name === "string" && value instanceof StorageView) continue;
    throw refuse(
      file,
      `the entry ${describeValue(name)} of its dict is not a tensor`,
      `a state dict, or one under ${STATE_DICTS.join(", ")}`,
    );
  }
  return dict as Map<string, StorageView>;
}

/**
 * Checks the total size. Views may repeat the elements of a storage, so a small file could demand any amount of memory.
 */
function checkTotal(dict: ReadonlyMap<string, StorageView>, file: string): void {
  const total = [...dict.values()].reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  if (total > maximumBytes) {
    throw refuse(file, "its tensors are too large in total", `at most ${maximumBytes} bytes`, String(total));
  }
}

function checkByteOrder(archive: ZipArchive, root: string, file: string): void {
  const name = `${root}byteorder`;
  if (!archive.has(name)) return; // written before PyTorch 2.1
  const order = new TextDecoder().decode(archive.read(name));
  if (order !== "little") throw refuse(file, "its numbers are in another byte order", "little", order);
}

function readStorage(archive: ZipArchive, name: string, { type, size }: Storage, where: string): StoredTensor["data"] {
  const bytes = archive.read(name);
  const expected = bytesIn(type, [size]);
  if (bytes.length !== expected) {
    throw refuse(where, `its storage ${formatShape([size])} has the wrong length`, `${expected}`, `${bytes.length}`);
  }
  try {
    return readElements(type, bytes);
  } catch (error) {
    throw refuse(where, (error as Error).message);
  }
}

function refuse(file: string, problem: string, expected?: string, got?: string): DataError {
  return new DataError({
    op: "pytorch",
    problem: `${file}: ${problem}`,
    expected,
    got,
    hint: "write the file with torch.save(model.state_dict(), file)",
  });
}
