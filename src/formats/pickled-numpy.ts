/** NumPy's scalars and arrays in pickles. */
import { DataError } from "../errors/errors.js";
import { isWithoutNumbers, readArray } from "./npz.js";
import { describeValue, type Buildable, type PickleEnvironment, type PickleValue } from "./pickle.js";
import type { StoredTensor } from "./safetensors.js";

/** `numpy.dtype("f4", False, True)`, and its byte order as a state. */
class NumpyType implements Buildable {
  private order = "|";
  constructor(private readonly letters: string) {}
  /** `(3, "<", None, None, None, -1, -1, 0)` */
  build(state: PickleValue): void {
    if (Array.isArray(state) && typeof state[1] === "string") this.order = state[1];
  }
  /** As in the header of a `.npy` file. */
  get code(): string {
    return `'${this.order}${this.letters}'`;
  }
}

/** An array, or a scalar, which has no axes. */
export class NumpyArray implements Buildable {
  private content: readonly PickleValue[] = [];
  readonly description: string;
  constructor(readonly isScalar = false) {
    this.description = isScalar ? "a NumPy scalar" : "a NumPy array";
  }

  /** Whether it holds text, dates or Python objects. */
  get isWithoutNumbers(): boolean {
    const [, , type] = this.content;
    return type instanceof NumpyType && isWithoutNumbers(type.code);
  }

  /** `(1, shape, dtype, is_fortran, bytes)` */
  build(state: PickleValue): void {
    this.content = Array.isArray(state) ? (state as PickleValue[]) : [];
  }

  /** @throws DataError if its type is not supported or it is damaged */
  read(where: string): StoredTensor {
    const [, shape, type, isFortran, elements] = this.content;
    const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
    if (isShape && type instanceof NumpyType && elements instanceof Uint8Array) {
      return readArray(elements, type.code, isFortran === true, shape as number[], where);
    }
    const got = Array.isArray(elements) ? "Python objects" : describeValue(elements ?? null);
    throw new DataError({ op: "numpy", problem: `${where} is an array whose elements cannot be read`, got });
  }
}

function scalar([type, elements]: readonly PickleValue[]): NumpyArray {
  const made = new NumpyArray(true);
  made.build([1, [], type ?? null, false, elements ?? null]);
  return made;
}

/** `_frombuffer(bytes, dtype, shape, order)`, as protocol 5 has it. */
function fromBuffer([elements, type, shape, order]: readonly PickleValue[]): NumpyArray {
  const made = new NumpyArray();
  made.build([1, shape ?? null, type ?? null, order === "F", elements ?? null]);
  return made;
}

/** Bytes that protocol 2 writes as text: `_codecs.encode(text, "latin1")`. */
function encode([text]: readonly PickleValue[]): PickleValue {
  return Uint8Array.from(describeValue(text ?? ""), (letter) => letter.charCodeAt(0));
}

/** The functions that make NumPy's values; NumPy 2 has renamed its core. */
export const numpyGlobals: PickleEnvironment["globals"] = {
  "_codecs.encode": encode,
  // Protocol 2 writes empty bytes as a call without arguments.
  "__builtin__.bytes": () => new Uint8Array(0),
  "numpy.dtype": ([letters]) => new NumpyType(describeValue(letters ?? "")),
  ...Object.fromEntries(
    ["numpy.core", "numpy._core"].flatMap((core) => [
      [`${core}.multiarray._reconstruct`, () => new NumpyArray()],
      [`${core}.multiarray.scalar`, scalar],
      [`${core}.numeric._frombuffer`, fromBuffer],
    ]),
  ),
};
