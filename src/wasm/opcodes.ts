/** WebAssembly's numbers for what the loop-nest language has; those of plain instructions are in `expressions.ts`. */
import type { LoadForm, ValueType } from "./expressions.js";
import type { StoreForm } from "./loops.js";

/** WebAssembly's control instructions, and those for locals, globals and constants. */
export const code = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  branch: 0x0c,
  branchIf: 0x0d,
  call: 0x10,
  drop: 0x1a,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i64Const: 0x42,
} as const;

/** The type of a block that leaves nothing on the stack. */
export const noResult = 0x40;
/** The prefix of vector instructions, and two of them that have immediate operands. */
export const simd = 0xfd;
export const v128Const = 0x0c;
export const shuffle = 0x0d;

/** [prefix, code]; prefix 0: there is none. */
export type Opcode = readonly [number, number];

export const loadCode: Record<LoadForm, Opcode> = {
  v128: [simd, 0x00],
  splat: [simd, 0x09],
  lane0: [simd, 0x5c],
  i32: [0, 0x28],
};
export const storeCode: Record<StoreForm, Opcode> = {
  v128: [simd, 0x0b],
  lane0: [simd, 0x5a],
  i32: [0, 0x36],
};
export const atomic = {
  notify: [0xfe, 0x00],
  wait: [0xfe, 0x01],
  load: [0xfe, 0x10],
  store: [0xfe, 0x17],
  add: [0xfe, 0x1e],
} as const satisfies Record<string, Opcode>;
/** Everything is aligned to words of 2² bytes. */
export const wordAlignment = 2;

/** The codes of types, in the module's binary format. */
export const typeCode: Record<ValueType, number> = { i32: 0x7f, v128: 0x7b };
