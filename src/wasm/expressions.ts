/**
 * Expressions of the loop-nest language: what a kernel computes, as plain data. There are two types: `i32` (addresses
 * and counters) and `v128` (four f32 or i32 lanes, or two of f64). An expression is a tree and is emitted where it is used, so a value
 * that is used twice belongs in a local. Statements are in `loops.ts`, their bytes in `assembler.ts`, and their text in
 * `printer.ts`.
 */
export type ValueType = "i32" | "v128";

/** A variable of a function. As an expression, it is the variable's value. */
export interface Local {
  readonly kind: "local";
  /** For readers. Several locals may share a name; the printer adds numbers to tell them apart. */
  readonly name: string;
  readonly type: ValueType;
  /** Its index among the function's parameters and locals. */
  readonly index: number;
}

/**
 * Instructions with their WebAssembly opcodes. Those of vectors, which are all but those of i32, have the prefix 0xfd.
 * Orders of i32x4 are the signed ones, whose names end in `_s` in WebAssembly.
 */
export const instructions = {
  "i32.add": 0x6a,
  "i32.sub": 0x6b,
  "i32.mul": 0x6c,
  "i32.div_u": 0x6e,
  "i32.rem_u": 0x70,
  "i32.and": 0x71,
  "i32.eq": 0x46,
  "i32.ne": 0x47,
  "i32.lt_s": 0x48,
  "i32.ge_s": 0x4e,
  "i32.eqz": 0x45,
  "i32x4.splat": 0x11,
  "f32x4.add": 0xe4,
  "f32x4.sub": 0xe5,
  "f32x4.mul": 0xe6,
  "f32x4.div": 0xe7,
  "f32x4.pmin": 0xea,
  "f32x4.pmax": 0xeb,
  "f32x4.abs": 0xe0,
  "f32x4.neg": 0xe1,
  "f32x4.sqrt": 0xe3,
  "f32x4.ceil": 0x67,
  "f32x4.floor": 0x68,
  "f32x4.trunc": 0x69,
  "f32x4.nearest": 0x6a,
  "f32x4.eq": 0x41,
  "f32x4.ne": 0x42,
  "f32x4.lt": 0x43,
  "f32x4.gt": 0x44,
  "f32x4.le": 0x45,
  "f32x4.ge": 0x46,
  "i32x4.eq": 0x37,
  "i32x4.ne": 0x38,
  "i32x4.lt": 0x39,
  "i32x4.gt": 0x3b,
  "i32x4.le": 0x3d,
  "i32x4.ge": 0x3f,
  "f32x4.convert": 0xfa,
  "i32x4.trunc": 0xf8,
  "i32x4.abs": 0xa0,
  "i32x4.neg": 0xa1,
  "i32x4.min": 0xb6,
  "i32x4.max": 0xb8,
  "f32x4.demote": 0x5e,
  "f64x2.promote": 0x5f,
  "f64x2.add": 0xf0,
  "i32x4.add": 0xae,
  "i32x4.sub": 0xb1,
  "i32x4.mul": 0xb5,
  "i32x4.shl": 0xab,
  "i32x4.shr_s": 0xac,
  "i32x4.shr_u": 0xad,
  "v128.and": 0x4e,
  "v128.andnot": 0x4f,
  "v128.or": 0x50,
  "v128.xor": 0x51,
  "v128.bitselect": 0x52,
  "f32x4.madd": 0x105,
} as const;

export type Instruction = keyof typeof instructions;

/** What the four lanes of a vector hold: float32 or int32. */
export type Lanes = "f32x4" | "i32x4";

/**
 * How memory is read: four lanes, one element into all lanes, one element into lane 0 (the rest are 0), an i32, or an i32
 * that other threads write.
 */
export type LoadForm = "v128" | "splat" | "lane0" | "i32" | "atomic";

export type Expr =
  | { readonly kind: "i32"; readonly value: number }
  | { readonly kind: "lanes"; readonly lanes: Lanes; readonly values: readonly number[] }
  | Local
  | { readonly kind: "global"; readonly name: string }
  | { readonly kind: "op"; readonly op: Instruction; readonly args: readonly Expr[] }
  | { readonly kind: "load"; readonly form: LoadForm; readonly address: Expr; readonly offset: number }
  /** Lanes by number: 0–3 are the first vector's, 4–7 the second's. */
  | {
      readonly kind: "shuffle";
      readonly lanes: readonly [number, number, number, number];
      readonly args: readonly [Expr, Expr];
    }
  | { readonly kind: "madd"; readonly args: readonly [Expr, Expr, Expr] }
  /** A call of a vector function from `vector-math.ts`. */
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expr[] }
  /** Adds to a word. The result is its old value. */
  | { readonly kind: "atomicAdd"; readonly address: Expr; readonly value: Expr };

function op(name: Instruction, ...args: Expr[]): Expr {
  return { kind: "op", op: name, args };
}

/**
 * Constructors: `v.add(a, b)` for f32x4, `v.n.add(a, b)` for i32, and `v.op("i32x4.add", a, b)` for any instruction.
 */
export const v = {
  op,
  global: (name: string): Expr => ({ kind: "global", name }),
  int: (value: number): Expr => ({ kind: "i32", value }),
  const: (value: number, lanes: Lanes = "f32x4"): Expr => ({
    kind: "lanes",
    lanes,
    values: [value, value, value, value],
  }),
  iconst: (value: number): Expr => v.const(value, "i32x4"),
  ilanes: (values: readonly number[]): Expr => ({ kind: "lanes", lanes: "i32x4", values }),
  load: (address: Expr, offset = 0, form: LoadForm = "v128"): Expr => ({
    kind: "load",
    form,
    address,
    offset,
  }),
  shuffle: (a: Expr, b: Expr, lanes: readonly [number, number, number, number]): Expr => ({
    kind: "shuffle",
    lanes,
    args: [a, b],
  }),
  atomicAdd: (address: Expr, value: Expr): Expr => ({
    kind: "atomicAdd",
    address,
    value,
  }),
  call: (name: string, ...args: Expr[]): Expr => ({ kind: "call", name, args }),
  add: (a: Expr, b: Expr): Expr => op("f32x4.add", a, b),
  sub: (a: Expr, b: Expr): Expr => op("f32x4.sub", a, b),
  mul: (a: Expr, b: Expr): Expr => op("f32x4.mul", a, b),
  div: (a: Expr, b: Expr): Expr => op("f32x4.div", a, b),
  /**
   * `pmin` is b < a ? b : a, and `pmax` is a < b ? b : a. So the result is NaN whenever `a` is, but not because `b` is.
   */
  pmin: (a: Expr, b: Expr): Expr => op("f32x4.pmin", a, b),
  pmax: (a: Expr, b: Expr): Expr => op("f32x4.pmax", a, b),
  /**
   * The larger of two numbers, or NaN if either of them is. This takes three machine instructions where `f32x4.max`
   * takes ten. The operands are evaluated twice, so they should be locals.
   */
  max: (a: Expr, b: Expr, lanes: Lanes = "f32x4"): Expr =>
    lanes === "i32x4" ? op("i32x4.max", a, b) : op("v128.or", v.pmax(a, b), v.pmax(b, a)),
  min: (a: Expr, b: Expr, lanes: Lanes = "f32x4"): Expr =>
    lanes === "i32x4" ? op("i32x4.min", a, b) : op("v128.or", v.pmin(a, b), v.pmin(b, a)),
  /** a·b + c, fused where the numerics allow it. */
  madd: (a: Expr, b: Expr, c: Expr): Expr => ({ kind: "madd", args: [a, b, c] }),
  /**
   * `yes` in lanes where the mask is all ones, `no` elsewhere. If either of them is 0, one instruction does instead of
   * three.
   */
  select: (mask: Expr, yes: Expr, no: Expr): Expr => {
    if (isZero(no)) return op("v128.and", yes, mask);
    if (isZero(yes)) return op("v128.andnot", no, mask);
    return op("v128.bitselect", yes, no, mask);
  },
  n: {
    add: (a: Expr, b: Expr): Expr => op("i32.add", a, b),
    sub: (a: Expr, b: Expr): Expr => op("i32.sub", a, b),
    /** An expression times a constant. Factors of 0 and 1 need no multiplication. */
    scale: (a: Expr, factor: number): Expr =>
      factor === 0 ? v.int(0) : factor === 1 ? a : op("i32.mul", a, v.int(factor)),
  },
};

function isZero(x: Expr): boolean {
  return x.kind === "lanes" && x.values.every((value) => Object.is(value, 0));
}
