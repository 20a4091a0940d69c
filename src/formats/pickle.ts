/**
 * Reads Python's pickles without executing code. A pickle is a program for a stack machine (see CPython's
 * Lib/pickletools.py). Only the instructions that build values are supported. Functions and classes that the pickle
 * calls are looked up in a table that the caller provides. A call of any other one is not executed: its result is a
 * PickleObject, which remembers the name.
 */
import { DataError } from "../errors/errors.js";
import { decodeText } from "./utf8.js";

/**
 * What a pickle can build: `None`, numbers, strings, bytes, lists and tuples, dicts, sets, and what the given functions
 * return.
 */
export type PickleValue = null | boolean | number | bigint | string | object | readonly PickleValue[] | PickleDict;
export type PickleDict = Map<PickleValue, PickleValue>;

export interface PickleEnvironment {
  /** Functions by their full Python names. */
  readonly globals: Readonly<Record<string, (args: readonly PickleValue[]) => PickleValue>>;
  /** Returns the object that a persistent id stands for. */
  readonly persistent: (id: PickleValue) => PickleValue;
}

/** A global that the pickle refers to. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** The result of a call that was not executed. */
export class PickleObject {
  /** Its items, if it is a kind of dict. */
  readonly items: PickleDict = new Map();
  constructor(readonly name: string) {}
}

/** A value that takes a state after it was made, as NumPy's arrays do. */
export interface Buildable {
  build(state: PickleValue): void;
}

/** Marks where the elements of a tuple, list or dict begin on the stack. */
const MARK = Symbol("mark");

class PickleMachine {
  private readonly view: DataView;
  private readonly stack: (PickleValue | typeof MARK)[] = [];
  private readonly memo = new Map<number, PickleValue>();
  private at: number;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly file: string,
    private readonly environment: PickleEnvironment,
    start: number,
  ) {
    this.at = start;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): { value: PickleValue; end: number } {
    for (;;) {
      const code = this.byte();
      if (code === STOP) return { value: this.pop(), end: this.at };
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
  /** The length of a long string or of many bytes, as 64 bits. */
  size(): number {
    const size = this.long(8);
    return typeof size === "number" && size >= 0 ? size : Infinity;
  }
  bytesOf(length: number): Uint8Array {
    const at = this.advance(length);
    return this.bytes.slice(at, at + length);
  }
  text(length: number): string {
    return decodeText(this.bytesOf(length));
  }
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw this.refuse("it is truncated");
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }
  /** Reads a little-endian integer of `length` bytes. */
  long(length: number): number | bigint {
    if (length > MAX_LONG) throw this.refuse(`it holds an integer of more than ${MAX_LONG} bytes`);
    const bytes = this.bytesOf(length);
    const value = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    return smallest(BigInt.asIntN(8 * length, value));
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
  top(): PickleValue {
    const value = this.pop();
    this.push(value);
    return value;
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
    const top = this.top();
    const dict = top instanceof PickleObject ? top.items : top;
    if (!(dict instanceof Map)) throw this.refuse("it adds to something that is not a dict");
    if (values.length % 2 !== 0) throw this.refuse("a dict has a key without a value");
    for (let i = 0; i < values.length; i += 2) dict.set(values[i]!, values[i + 1]!);
  }
  append(values: readonly PickleValue[]): void {
    const list = this.top();
    if (list instanceof PickleObject) return;
    if (!Array.isArray(list)) throw this.refuse("it adds to something that is not a list");
    for (const value of values) list.push(value);
  }
  addItems(values: readonly PickleValue[]): void {
    const set = this.top();
    if (!(set instanceof Set)) throw this.refuse("it adds to something that is not a set");
    for (const value of values) set.add(value);
  }
  global(name: string): void {
    this.push(new PickleGlobal(name));
  }
  /** Calls a function, or a class, if it is a known one. */
  call(args: PickleValue): void {
    const callee = this.pop();
    if (!Array.isArray(args)) throw this.refuse("it calls a function without a tuple of arguments");
    if (callee instanceof PickleObject) return this.push(new PickleObject(callee.name));
    if (!(callee instanceof PickleGlobal)) throw this.refuse("it calls something that is no function");
    const known = Object.hasOwn(this.environment.globals, callee.name);
    this.push(known ? this.environment.globals[callee.name]!(args) : new PickleObject(callee.name));
  }
  /** Sets an object's state. That of an OrderedDict (the versions in a state dict) does not affect its tensors. */
  build(): void {
    const state = this.pop();
    const object = this.top();
    if (typeof object === "object" && object !== null && "build" in object) (object as Buildable).build(state);
  }
  persistent(id: PickleValue): void {
    this.push(this.environment.persistent(id));
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
/** More bytes than any integer in a checkpoint has. */
const MAX_LONG = 1024;

/** A number, if that is exact. */
function smallest(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Describes a value for an error: a string as it is, and only the kind of anything that may be nested. */
export function describeValue(value: PickleValue): string {
  if (value instanceof PickleObject || value instanceof PickleGlobal) return value.name;
  if (Array.isArray(value)) return "a list";
  if (value instanceof Map) return "a dict";
  if (value instanceof Set) return "a set";
  if (value === null) return "None";
  if (typeof value !== "object") return String(value);
  return "description" in value ? String(value.description) : "an object";
}

/**
 * The instructions by opcode, of the binary protocols from 2 on. The comments give their names in pickletools.py.
 */
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
  0x8b: (m) => m.push(m.long(m.uint32())), // LONG4
  0x47: (m) => m.push(m.float64()), // BINFLOAT
  0x55: (m) => m.push(m.text(m.byte())), // SHORT_BINSTRING
  0x54: (m) => m.push(m.text(m.uint32())), // BINSTRING
  0x8c: (m) => m.push(m.text(m.byte())), // SHORT_BINUNICODE
  0x58: (m) => m.push(m.text(m.uint32())), // BINUNICODE
  0x8d: (m) => m.push(m.text(m.size())), // BINUNICODE8
  0x43: (m) => m.push(m.bytesOf(m.byte())), // SHORT_BINBYTES
  0x42: (m) => m.push(m.bytesOf(m.uint32())), // BINBYTES
  0x8e: (m) => m.push(m.bytesOf(m.size())), // BINBYTES8
  0x96: (m) => m.push(m.bytesOf(m.size())), // BYTEARRAY8
  0x28: (m) => m.push(MARK), // MARK
  0x30: (m) => void m.pop(), // POP
  0x31: (m) => void m.popToMark(), // POP_MARK
  0x32: (m) => m.push(m.top()), // DUP
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
  0x8f: (m) => m.push(new Set()), // EMPTY_SET
  0x90: (m) => m.addItems(m.popToMark()), // ADDITEMS
  0x91: (m) => m.push(new Set(m.popToMark())), // FROZENSET
  0x71: (m) => m.remember(m.byte()), // BINPUT
  0x72: (m) => m.remember(m.uint32()), // LONG_BINPUT
  0x94: (m) => m.rememberNext(), // MEMOIZE
  0x68: (m) => m.recall(m.byte()), // BINGET
  0x6a: (m) => m.recall(m.uint32()), // LONG_BINGET
  0x63: (m) => m.global(`${m.line()}.${m.line()}`), // GLOBAL
  0x93: (m) => m.global(m.popSome(2).map(describeValue).join(".")), // STACK_GLOBAL
  0x52: (m) => m.call(m.pop()), // REDUCE
  0x81: (m) => m.call(m.pop()), // NEWOBJ
  0x92: (m) => {
    m.pop(); // arguments by name
    m.call(m.pop());
  }, // NEWOBJ_EX
  0x51: (m) => m.persistent(m.pop()), // BINPERSID
  0x62: (m) => m.build(), // BUILD
};

/**
 * Reads the value that a pickle describes.
 * @param file the file's name, for errors
 * @param start where the pickle begins
 * @returns the value, and where the pickle ends
 * @throws DataError if the pickle is damaged, or is a program for more than values and calls
 */
export function readPickle(
  bytes: Uint8Array,
  file: string,
  environment: PickleEnvironment,
  start = 0,
): { value: PickleValue; end: number } {
  return new PickleMachine(bytes, file, environment, start).run();
}
