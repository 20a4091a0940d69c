/**
 * WebAssembly's numbers for what the loop-nest language has; those of plain instructions are in `expressions.ts`. They
 * are constant enums, because the bundler then writes the numbers where they are used.
 */
import type { LoadForm, ValueType } from "./expressions.js";
import type { StoreForm } from "./loops.js";

/** WebAssembly's control instructions, and those for locals, globals and constants. */
export const enum Code {
  block = 0x02,
  loop = 0x03,
  if = 0x04,
  else = 0x05,
  end = 0x0b,
  branch = 0x0c,
  branchIf = 0x0d,
  call = 0x10,
  drop = 0x1a,
  localGet = 0x20,
  localSet = 0x21,
  localTee = 0x22,
  globalGet = 0x23,
  globalSet = 0x24,
  i32Const = 0x41,
  i64Const = 0x42,
  /** The type of a block that leaves nothing on the stack. */
  noResult = 0x40,
}

/** The prefix of vector instructions, and two of them that have immediate operands. */
export const enum Vector {
  prefix = 0xfd,
  literal = 0x0c,
  shuffle = 0x0d,
}

/** The prefix of atomic instructions, and those that are no loads or stores. */
export const enum Atomic {
  prefix = 0xfe,
  notify = 0x00,
  wait = 0x01,
  add = 0x1e,
}

/** Everything is aligned to words of 2² bytes. */
export const enum Alignment {
  word = 2,
}

/** The module's sections. */
export const enum Section {
  type = 1,
  import = 2,
  function = 3,
  global = 6,
  export = 7,
  code = 10,
}

/** What is imported or exported. */
export const enum Kind {
  function = 0x00,
  memory = 0x02,
}

/** How a memory is limited. */
export const enum Limits {
  growing = 0x00,
  sharedWithMaximum = 0x03,
}

/** How a function's type starts, and how a global's ends that may change. */
export const enum Mark {
  functionType = 0x60,
  mutable = 0x01,
}

/** [prefix, code]; prefix 0: there is none. */
export type Opcode = readonly [number, number];

export const loadCode: Record<LoadForm, Opcode> = {
  v128: [Vector.prefix, 0x00],
  splat: [Vector.prefix, 0x09],
  lane0: [Vector.prefix, 0x5c],
  i32: [0, 0x28],
  atomic: [Atomic.prefix, 0x10],
};
export const storeCode: Record<StoreForm, Opcode> = {
  v128: [Vector.prefix, 0x0b],
  lane0: [Vector.prefix, 0x5a],
  i32: [0, 0x36],
  atomic: [Atomic.prefix, 0x17],
};

/** The codes of types, in the module's binary format. */
export const typeCode: Record<ValueType, number> = { i32: 0x7f, v128: 0x7b };
