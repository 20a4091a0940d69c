/**
 * Expressions of the loop-nest language: what a kernel computes, as plain data. Types: `i32` (addresses, counters),
 * `f32`, and `v128` (four f32 or i32 lanes). An expression is a tree and is emitted where it stands; what is used
 * twice belongs in a local. `loops.ts` has the statements, `assembler.ts` the bytes, `printer.ts` the text.
 */
export type ValueType = "i32" | "f32" | "v128";

/** A variable of a function; as an expression, what it holds. */
export interface Local {
  readonly kind: "local";
  /** For readers; several may have the same, which the printer tells apart. */
  readonly name: string;
  readonly type: ValueType;
  /** Its place among the function's parameters and locals. */
  readonly index: number;
}

/** Instructions with their WebAssembly opcodes: [prefix, code, result type, how to print]. */
export const instructions = {
  "i32.add": [0, 0x6a, "i32", "+"],
  "i32.sub": [0, 0x6b, "i32", "-"],
  "i32.mul": [0, 0x6c, "i32", "*"],
  "i32.div_u": [0, 0x6e, "i32", "/"],
  "i32.rem_u": [0, 0x70, "i32", "%"],
  "i32.and": [0, 0x71, "i32", "&"],
  "i32.shl": [0, 0x74, "i32", "<<"],
  "i32.eq": [0, 0x46, "i32", "=="],
  "i32.ne": [0, 0x47, "i32", "!="],
  "i32.lt_s": [0, 0x48, "i32", "<"],
  "i32.ge_s": [0, 0x4e, "i32", ">="],
  "i32.eqz": [0, 0x45, "i32", "!"],
  "f32.add": [0, 0x92, "f32", "+"],
  "f32.max": [0, 0x97, "f32", "max"],
  "f32x4.splat": [0xfd, 0x13, "v128", "splat"],
  "i32x4.splat": [0xfd, 0x11, "v128", "isplat"],
  "f32x4.add": [0xfd, 0xe4, "v128", "+"],
  "f32x4.sub": [0xfd, 0xe5, "v128", "-"],
  "f32x4.mul": [0xfd, 0xe6, "v128", "*"],
  "f32x4.div": [0xfd, 0xe7, "v128", "/"],
  "f32x4.pmin": [0xfd, 0xea, "v128", "pmin"],
  "f32x4.pmax": [0xfd, 0xeb, "v128", "pmax"],
  "f32x4.abs": [0xfd, 0xe0, "v128", "abs"],
  "f32x4.neg": [0xfd, 0xe1, "v128", "neg"],
  "f32x4.sqrt": [0xfd, 0xe3, "v128", "sqrt"],
  "f32x4.ceil": [0xfd, 0x67, "v128", "ceil"],
  "f32x4.floor": [0xfd, 0x68, "v128", "floor"],
  "f32x4.trunc": [0xfd, 0x69, "v128", "trunc"],
  "f32x4.nearest": [0xfd, 0x6a, "v128", "nearest"],
  "f32x4.eq": [0xfd, 0x41, "v128", "=="],
  "f32x4.ne": [0xfd, 0x42, "v128", "!="],
  "f32x4.lt": [0xfd, 0x43, "v128", "<"],
  "f32x4.gt": [0xfd, 0x44, "v128", ">"],
  "f32x4.le": [0xfd, 0x45, "v128", "<="],
  "f32x4.ge": [0xfd, 0x46, "v128", ">="],
  "f32x4.convert_i32x4_s": [0xfd, 0xfa, "v128", "float"],
  "f32x4.convert_i32x4_u": [0xfd, 0xfb, "v128", "floatu"],
  "i32x4.trunc_sat_f32x4_s": [0xfd, 0xf8, "v128", "int"],
  "i32x4.add": [0xfd, 0xae, "v128", "i+"],
  "i32x4.sub": [0xfd, 0xb1, "v128", "i-"],
  "i32x4.mul": [0xfd, 0xb5, "v128", "i*"],
  "i32x4.shl": [0xfd, 0xab, "v128", "<<"],
  "i32x4.shr_s": [0xfd, 0xac, "v128", ">>"],
  "i32x4.shr_u": [0xfd, 0xad, "v128", ">>>"],
  "i32x4.eq": [0xfd, 0x37, "v128", "i=="],
  "i32x4.gt_s": [0xfd, 0x3b, "v128", "i>"],
  "v128.and": [0xfd, 0x4e, "v128", "&"],
  "v128.andnot": [0xfd, 0x4f, "v128", "&~"],
  "v128.or": [0xfd, 0x50, "v128", "|"],
  "v128.xor": [0xfd, 0x51, "v128", "^"],
  "v128.not": [0xfd, 0x4d, "v128", "~"],
  "v128.bitselect": [0xfd, 0x52, "v128", "bitselect"],
  "v128.any_true": [0xfd, 0x53, "i32", "any"],
  "f32x4.relaxed_madd": [0xfd, 0x105, "v128", "madd"],
} as const satisfies Record<string, readonly [number, number, ValueType, string]>;

export type Instruction = keyof typeof instructions;

/** How memory is read: four lanes, one element in all lanes, one element in lane 0 (others 0), or a scalar. */
export type LoadForm = "v128" | "splat" | "lane0" | "i32" | "f32";

export type Expr =
  | { readonly kind: "i32" | "f32"; readonly value: number }
  | { readonly kind: "lanes"; readonly lanes: "f32x4" | "i32x4"; readonly values: readonly number[] }
  | Local
  | { readonly kind: "global"; readonly name: string }
  | { readonly kind: "op"; readonly op: Instruction; readonly args: readonly Expr[] }
  | { readonly kind: "load"; readonly form: LoadForm; readonly address: Expr; readonly offset: number }
  | { readonly kind: "lane"; readonly lane: 0 | 1 | 2 | 3; readonly value: Expr }
  /** Lanes by number, 0–3 from the first and 4–7 from the second vector. */
  | {
      readonly kind: "shuffle";
      readonly lanes: readonly [number, number, number, number];
      readonly args: readonly [Expr, Expr];
    }
  | { readonly kind: "madd"; readonly args: readonly [Expr, Expr, Expr] }
  /** A call of a vector function from `vector-math.ts`. */
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expr[]; readonly type: ValueType }
  | { readonly kind: "atomicLoad"; readonly address: Expr }
  /** Adds to a word and gives what it was before. */
  | { readonly kind: "atomicAdd"; readonly address: Expr; readonly value: Expr };

function op(name: Instruction, ...args: Expr[]): Expr {
  return { kind: "op", op: name, args };
}

/** Constructors. `v.add(a, b)` is f32x4; `v.n.add(a, b)` is i32; `v.op("i32x4.add", a, b)` any instruction. */
export const v = {
  op,
  global: (name: string): Expr => ({ kind: "global", name }),
  int: (value: number): Expr => ({ kind: "i32", value }),
  const: (value: number): Expr => ({ kind: "lanes", lanes: "f32x4", values: [value, value, value, value] }),
  iconst: (value: number): Expr => ({ kind: "lanes", lanes: "i32x4", values: [value, value, value, value] }),
  ilanes: (values: readonly number[]): Expr => ({ kind: "lanes", lanes: "i32x4", values }),
  load: (address: Expr, offset = 0, form: LoadForm = "v128"): Expr => ({
    kind: "load",
    form,
    address,
    offset,
  }),
  lane: (value: Expr, lane: 0 | 1 | 2 | 3): Expr => ({ kind: "lane", lane, value }),
  shuffle: (a: Expr, b: Expr, lanes: readonly [number, number, number, number]): Expr => ({
    kind: "shuffle",
    lanes,
    args: [a, b],
  }),
  atomicLoad: (address: Expr): Expr => ({ kind: "atomicLoad", address }),
  atomicAdd: (address: Expr, value: Expr): Expr => ({
    kind: "atomicAdd",
    address,
    value,
  }),
  call: (name: string, ...args: Expr[]): Expr => ({ kind: "call", name, args, type: "v128" }),
  add: (a: Expr, b: Expr): Expr => op("f32x4.add", a, b),
  sub: (a: Expr, b: Expr): Expr => op("f32x4.sub", a, b),
  mul: (a: Expr, b: Expr): Expr => op("f32x4.mul", a, b),
  div: (a: Expr, b: Expr): Expr => op("f32x4.div", a, b),
  /** b < a ? b : a and a < b ? b : a. NaN comes from `a` alone. */
  pmin: (a: Expr, b: Expr): Expr => op("f32x4.pmin", a, b),
  pmax: (a: Expr, b: Expr): Expr => op("f32x4.pmax", a, b),
  /**
   * The greater of two, NaN if one of them is NaN: three instructions of the machine, where `f32x4.max` takes ten.
   * Evaluates its operands twice: hand it locals.
   */
  max: (a: Expr, b: Expr): Expr => op("v128.or", v.pmax(a, b), v.pmax(b, a)),
  min: (a: Expr, b: Expr): Expr => op("v128.or", v.pmin(a, b), v.pmin(b, a)),
  /** a·b + c, fused where the numerics allow it. */
  madd: (a: Expr, b: Expr, c: Expr): Expr => ({ kind: "madd", args: [a, b, c] }),
  /** Where the mask's lanes are all ones `yes`, elsewhere `no`: one instruction instead of three where one is 0. */
  select: (mask: Expr, yes: Expr, no: Expr): Expr => {
    if (isZero(no)) return op("v128.and", yes, mask);
    if (isZero(yes)) return op("v128.andnot", no, mask);
    return op("v128.bitselect", yes, no, mask);
  },
  n: {
    add: (a: Expr, b: Expr): Expr => op("i32.add", a, b),
    sub: (a: Expr, b: Expr): Expr => op("i32.sub", a, b),
    mul: (a: Expr, b: Expr): Expr => op("i32.mul", a, b),
    /** Local or expression times a constant, without the multiplication where it is needless. */
    scale: (a: Expr, factor: number): Expr =>
      factor === 0 ? v.int(0) : factor === 1 ? a : op("i32.mul", a, v.int(factor)),
  },
};

function isZero(x: Expr): boolean {
  return x.kind === "lanes" && x.values.every((value) => Object.is(value, 0));
}

export function typeOf(e: Expr): ValueType {
  switch (e.kind) {
    case "i32":
      return "i32";
    case "f32":
      return "f32";
    case "global":
    case "atomicLoad":
    case "atomicAdd":
      return "i32";
    case "local":
      return e.type;
    case "op":
      return instructions[e.op][2];
    case "load":
      return e.form === "i32" || e.form === "f32" ? e.form : "v128";
    case "lane":
      return "f32";
    case "call":
      return e.type;
    default:
      return "v128";
  }
}
