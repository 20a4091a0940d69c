/**
 * Comparisons, selection by a condition, and casts. A comparison gives int32: 1 where it holds and 0 elsewhere.
 */
import type { Dtype, Node } from "../graph/node.js";
import { noGrad } from "../graph/grad-mode.js";
import { v, type Expr, type Lanes } from "../wasm/expressions.js";
import { defineElementwise, promote } from "./elementwise.js";
import { constant } from "./leaf.js";
import { opFunction, type NoAttrs, type OpBuilder, type OpRef, type Sample } from "../graph/op.js";

/** Few distinct values, so that each pair of samples has equal and unequal elements. */
const comparisonSamples: readonly Sample<NoAttrs>[] = [
  {
    inputs: [
      { shape: [7], values: [-1, 0, 0.5, 2, 2, 3, -4] },
      { shape: [7], values: [-1, 1, 0.5, -2, 2, 4, -5] },
    ],
    attrs: {},
  },
  {
    inputs: [
      { shape: [3, 5], range: [-2, 3], dtype: "int32" },
      { shape: [3, 1], range: [-2, 3], dtype: "int32" },
    ],
    attrs: {},
  },
  { inputs: [[], { shape: [2, 1, 3], range: [-2, 2], dtype: "int32" }], attrs: {} },
  {
    inputs: [
      [1, 3, 2, 3],
      [2, 3],
    ],
    attrs: {},
  },
];

function defineComparison(
  name: "eq" | "ne" | "lt" | "le" | "gt" | "ge",
  holds: (a: number, b: number) => boolean,
  onnx: readonly string[],
): OpRef<NoAttrs> & ((a: Node, b: Node) => Node) {
  const mask = ([a, b]: readonly Expr[], lanes: Lanes): Expr => v.op(`${lanes}.${name}`, a!, b!);
  const build = defineElementwise({
    name,
    dtype: () => "int32",
    scalar: ([a, b]) => (holds(a!, b!) ? 1 : 0),
    vector: (args, _, lanes) => v.op("v128.and", mask(args, lanes), v.iconst(1)),
    mask,
    integers: true,
    gradient: () => [null, null],
    elsewhere: { onnx },
    samples: comparisonSamples,
    torch: () => `torch.${name}(x[0], x[1])`,
  });
  return opFunction(build, (a: Node, b: Node): Node => build([a, b], {}));
}

/** a = b. PyTorch: `torch.eq`. */
export const eq = defineComparison("eq", (a, b) => a === b, ["Equal"]);
/** a ≠ b. PyTorch: `torch.ne`. */
export const ne = defineComparison("ne", (a, b) => a !== b, ["Equal", "Not"]);
/** a < b. PyTorch: `torch.lt`. */
export const lt = defineComparison("lt", (a, b) => a < b, ["Less"]);
/** a ≤ b. PyTorch: `torch.le`. */
export const le = defineComparison("le", (a, b) => a <= b, ["LessOrEqual"]);
/** a > b. PyTorch: `torch.gt`. */
export const gt = defineComparison("gt", (a, b) => a > b, ["Greater"]);
/** a ≥ b. PyTorch: `torch.ge`. */
export const ge = defineComparison("ge", (a, b) => a >= b, ["GreaterOrEqual"]);

const whereOp: OpBuilder<NoAttrs> = defineElementwise({
  name: "where",
  dtype: ([, a, b]) => promote([a!, b!]),
  scalar: ([condition, a, b]) => (condition !== 0 ? a! : b!),
  vector: ([condition, a, b]) => v.select(condition!, a!, b!),
  integers: true,
  takesMask: true,
  keepsZeros: (isZero) => isZero(1) && isZero(2),
  gradient: ({ inputs: [condition, a, b] }, grad) => [
    null,
    a!.requiresGrad ? where(condition!, grad, constant(0)) : null,
    b!.requiresGrad ? where(condition!, constant(0), grad) : null,
  ],
  samples: [
    { inputs: [{ shape: [7], range: [0, 2], dtype: "int32" }, [7], [7]], attrs: {} },
    { inputs: [{ shape: [3, 1], values: [1, 0, -2], dtype: "int32" }, [3, 5], []], attrs: {} },
    { inputs: [{ shape: [2, 1, 3], range: [-1, 2], dtype: "int32" }, [4, 1], [2, 4, 3]], attrs: {} },
    { inputs: [{ shape: [], values: [0], dtype: "int32" }, [1, 2], [5, 1]], attrs: {} },
    {
      inputs: [
        { shape: [6], range: [0, 2], dtype: "int32" },
        { shape: [6], range: [-9, 9], dtype: "int32" },
        { shape: [1], values: [3], dtype: "int32" },
      ],
      attrs: {},
    },
  ],
  torch: () => "torch.where(x[0] != 0, x[1], x[2])",
});

/** `a` where the condition is not zero, and `b` elsewhere; all three broadcast. PyTorch: `torch.where`. */
export const where = opFunction(whereOp, (condition: Node, a: Node, b: Node): Node => whereOp([condition, a, b], {}));

/** What PyTorch's casts give for NaN and for numbers that int32 cannot hold. */
const noInt = -(2 ** 31);

function toInt(x: number): number {
  return Math.abs(x) < 2 ** 31 ? Math.trunc(x) : noInt;
}

/** WebAssembly saturates, which is right below the range. */
function toIntLanes(x: Expr): Expr {
  return v.select(v.op("f32x4.lt", x, v.const(2 ** 31)), v.op("i32x4.trunc", x), v.iconst(noInt));
}

export interface CastAttrs {
  readonly dtype: Dtype;
}

const castOp: OpBuilder<CastAttrs> = defineElementwise({
  name: "cast",
  dtype: (_, { dtype }) => dtype,
  scalar: ([x], { dtype }) => (dtype === "int32" ? toInt(x!) : x!),
  vector: ([x], { dtype }) => (dtype === "int32" ? toIntLanes(x!) : x!),
  gradient: () => [null],
  samples: [
    { inputs: [{ shape: [7], values: [-2.5, -1, -0.75, 0, 0.25, 1.5, 300.99] }], attrs: { dtype: "int32" } },
    { inputs: [{ shape: [], values: [-3.7] }], attrs: { dtype: "int32" } },
    { inputs: [{ shape: [3], values: [3e9, -3e9, 2 ** 31] }], attrs: { dtype: "int32" } },
    { inputs: [{ shape: [3, 5], range: [-100, 100], dtype: "int32" }], attrs: { dtype: "float32" } },
  ],
  torch: ({ dtype }) => (dtype === "int32" ? "x[0].int()" : "x[0].double()"),
});

/**
 * Converts the elements to another type; int32 rounds towards zero, and is −2³¹ for NaN and for numbers outside its
 * range. PyTorch: `Tensor.to`.
 */
export const cast = opFunction(castOp, (x: Node, dtype: Dtype): Node =>
  x.dtype === dtype ? x : castOp([x], { dtype }),
);

const detachOp: OpBuilder<NoAttrs> = defineElementwise({
  name: "detach",
  elsewhere: { onnx: [] },
  dtype: ([x]) => x!.dtype,
  scalar: ([x]) => x!,
  vector: ([x]) => x!,
  integers: true,
  gradient: () => [null],
  gradientCaveat: "detach is meant to have no gradient; PyTorch's fixture has none either",
  samples: [
    { inputs: [[3, 5]], attrs: {} },
    { inputs: [[]], attrs: {} },
  ],
  torch: () => "x[0].detach()",
});

/** The same elements, without a gradient. PyTorch: `Tensor.detach`. */
export const detach = opFunction(detachOp, (x: Node): Node => (x.requiresGrad ? noGrad(() => detachOp([x], {})) : x));
