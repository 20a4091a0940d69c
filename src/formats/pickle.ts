/**
 * Reads Python's pickles without executing code. A pickle is a program for a stack machine (see CPython's
 * Lib/pickletools.py). Here only the instructions that build plain values are supported. Functions that the pickle
 * calls are looked up in a table that the caller provides. Anything else is an error that names it.
 */
import { DataError } from "../errors/errors.js";

/** What a pickle can build: `None`, numbers and strings, lists and tuples, dicts, and what the given functions return. */
export type PickleValue = null | boolean | number | string | object | readonly PickleValue[] | PickleDict;
export type PickleDict = Map<PickleValue, PickleValue>;

export interface PickleEnvironment {
  /** Functions by their full Python names; `null` for a name that may be mentioned, but not called. */
  readonly globals: Readonly<Record<string, ((args: readonly PickleValue[]) => PickleValue) | null>>;
  /** Returns the object that a persistent id stands for. */
  readonly persistent: (id: PickleValue) => PickleValue;
}

/** A global that the pickle refers to and the environment knows. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** Marks where the elements of a tuple, list or dict begin on the stack. */
const MARK = Symbol("mark");

class PickleMachine {
  private readonly view: DataView;
  private readonly stack: (PickleValue | typeof MARK)[] = [];
  private readonly memo = new Map<number, PickleValue>();
  private at = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly file: string,
    readonly environment: PickleEnvironment,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): PickleValue {
    for (;;) {
      const code = this.byte();
      if (code === STOP) return this.pop();
      const instruction = instructions[code];
      if (!instruction) {
        const shown = `0x${code.toString(16).padStart(2, "0")}`;
        throw this.refuse(`it holds the instruction ${shown}, which is not needed for tensors`);
      }
      instruction(this);
    }
  }

  // Reading the program -------------------------------------------------------------------------------------------

  private advance(length: number): number {
    const at = this.at;
    if (length > this.bytes.length - at) throw this.refuse("it is truncated");
    this.at += length;
    return at;
  }
  byte(): number {
    return this.bytes[this.advance(1)]!;
  }
  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }
  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }
  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }
  float64(): number {
    return this.view.getFloat64(this.advance(8)); // big-endian, unlike all others
  }
  text(length: number): string {
    const at = this.advance(length);
    return new TextDecoder().decode(this.bytes.subarray(at, at + length));
  }
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw this.refuse("it is truncated");
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }
  /** Reads a little-endian integer of `length` bytes. */
  long(length: number): number {
    const at = this.advance(length);
    let value = 0n;
    if (length > 8) throw this.refuse("it holds a whole number of more than 64 bits");
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[at + i]!);
    const number = Number(BigInt.asIntN(8 * length, value));
    if (!Number.isSafeInteger(number)) throw this.refuse("it holds a whole number of more than 53 bits");
    return number;
  }
  skip(length: number): void {
    this.advance(length);
  }

  // The stack -----------------------------------------------------------------------------------------------------

  push(value: PickleValue | typeof MARK): void {
    this.stack.push(value);
  }
  pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined || value === MARK) throw this.refuse("it takes more from the stack than is there");
    return value;
  }
  popSome(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }
  popToMark(): PickleValue[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) throw this.refuse("it takes more from the stack than is there");
    const values = this.stack.splice(mark) as PickleValue[];
    return values.slice(1);
  }
  top<T>(kind: new (...args: never[]) => T): T {
    const value = this.stack[this.stack.length - 1];
    if (value instanceof kind) return value;
    throw this.refuse("it adds to something that is neither a list nor a dict");
  }

  remember(index: number): void {
    const value = this.pop();
    this.memo.set(index, value);
    this.push(value);
  }
  rememberNext(): void {
    this.remember(this.memo.size);
  }
  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw this.refuse("it recalls what it has never stored");
    this.push(value);
  }

  // What it builds ------------------------------------------------------------------------------------------------

  setItems(values: readonly PickleValue[]): void {
    const dict = this.top(Map) as PickleDict;
    if (values.length % 2 !== 0) throw this.refuse("a dict has a key without a value");
    for (let i = 0; i < values.length; i += 2) dict.set(values[i]!, values[i + 1]!);
  }
  append(values: readonly PickleValue[]): void {
    const list = this.top(Array) as PickleValue[];
    for (const value of values) list.push(value);
  }
  global(name: string): void {
    if (!Object.hasOwn(this.environment.globals, name)) {
      throw this.refuse(`it asks for ${name}, which is not needed for tensors and is not executed`);
    }
    this.push(new PickleGlobal(name));
  }
  call(): void {
    const [callee, args] = this.popSome(2);
    const run = callee instanceof PickleGlobal ? this.environment.globals[callee.name] : undefined;
    if (!run) throw this.refuse("it calls something that is no known function");
    if (!Array.isArray(args)) throw this.refuse("it calls a function without a tuple of arguments");
    this.push(run(args as readonly PickleValue[]));
  }

  private refuse(problem: string): DataError {
    return new DataError({
      op: "pickle",
      problem: `${this.file}: at byte ${this.at}: ${problem}`,
      hint: "save tensors only: torch.save(model.state_dict(), file), or convert the file to safetensors",
    });
  }
}

const STOP = ".".charCodeAt(0);

/** Describes a value for an error: a string as it is, and only the kind of anything that may be nested. */
export function describeValue(value: PickleValue): string {
  return typeof value === "object" && value !== null ? "(an object)" : String(value);
}

/** The instructions by opcode. The comments give their names in pickletools.py. */
const instructions: Readonly<Record<number, (machine: PickleMachine) => void>> = {
  0x80: (m) => m.skip(1), // PROTO
  0x95: (m) => m.skip(8), // FRAME
  0x4e: (m) => m.push(null), // NONE
  0x88: (m) => m.push(true), // NEWTRUE
  0x89: (m) => m.push(false), // NEWFALSE
  0x4b: (m) => m.push(m.byte()), // BININT1
  0x4d: (m) => m.push(m.uint16()), // BININT2
  0x4a: (m) => m.push(m.int32()), // BININT
  0x8a: (m) => m.push(m.long(m.byte())), // LONG1
  0x47: (m) => m.push(m.float64()), // BINFLOAT
  0x8c: (m) => m.push(m.text(m.byte())), // SHORT_BINUNICODE
  0x58: (m) => m.push(m.text(m.uint32())), // BINUNICODE
  0x28: (m) => m.push(MARK), // MARK
  0x29: (m) => m.push([]), // EMPTY_TUPLE
  0x85: (m) => m.push(m.popSome(1)), // TUPLE1
  0x86: (m) => m.push(m.popSome(2)), // TUPLE2
  0x87: (m) => m.push(m.popSome(3)), // TUPLE3
  0x74: (m) => m.push(m.popToMark()), // TUPLE
  0x5d: (m) => m.push([]), // EMPTY_LIST
  0x61: (m) => m.append(m.popSome(1)), // APPEND
  0x65: (m) => m.append(m.popToMark()), // APPENDS
  0x7d: (m) => m.push(new Map()), // EMPTY_DICT
  0x73: (m) => m.setItems(m.popSome(2)), // SETITEM
  0x75: (m) => m.setItems(m.popToMark()), // SETITEMS
  0x71: (m) => m.remember(m.byte()), // BINPUT
  0x72: (m) => m.remember(m.uint32()), // LONG_BINPUT
  0x94: (m) => m.rememberNext(), // MEMOIZE
  0x68: (m) => m.recall(m.byte()), // BINGET
  0x6a: (m) => m.recall(m.uint32()), // LONG_BINGET
  0x63: (m) => m.global(`${m.line()}.${m.line()}`), // GLOBAL
  0x93: (m) => m.global(m.popSome(2).map(describeValue).join(".")), // STACK_GLOBAL
  0x52: (m) => m.call(), // REDUCE
  0x51: (m) => m.push(m.environment.persistent(m.pop())), // BINPERSID
  // BUILD sets attributes. Those of an OrderedDict (the versions in a state dict) do not affect its tensors.
  0x62: (m) => void m.pop(),
};

/**
 * Reads the value that a pickle describes.
 * @param file the file's name, for errors
 * @throws DataError if the pickle is damaged, or needs anything but plain values and the functions in `environment`
 */
export function readPickle(bytes: Uint8Array, file: string, environment: PickleEnvironment): PickleValue {
  return new PickleMachine(bytes, file, environment).run();
}
