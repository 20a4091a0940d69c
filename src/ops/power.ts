/** Powers. */
import { ArgumentError } from "../errors/errors.js";
import type { Node } from "../graph/node.js";
import { opFunction, type NoAttrs, type OpBuilder } from "../graph/op.js";
import type { Shape } from "../graph/shape.js";
import { v } from "../wasm/expressions.js";
import { add, binarySamples, integerSample, mul, sub } from "./arithmetic.js";
import { cast, eq, ge, where } from "./comparison.js";
import { defineElementwise, promote } from "./elementwise.js";
import { constant } from "./leaf.js";
import { log, reciprocal, rsqrt, sign, sqrt } from "./pointwise.js";

/** JavaScript's power, but with the results of C and PyTorch where JavaScript gives NaN: 1ⁿᵃⁿ and (±1)^±∞ are 1. */
function power(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
}

const powOp: OpBuilder<NoAttrs> = defineElementwise({
  name: "pow",
  elsewhere: { onnx: ["Pow"] },
  dtype: promote,
  integers: true,
  scalar: ([a, b]) => power(a!, b!),
  vector: ([a, b], _, lanes) => v.call(lanes === "i32x4" ? "powi" : "pow", a!, b!),
  expensive: true,
  gradient: (node, grad) => {
    const [a, b] = node.inputs;
    return [a!.requiresGrad ? baseGradient(a!, b!, grad) : null, b!.requiresGrad ? exponentGradient(node, grad) : null];
  },
  samples: [
    ...binarySamples([-2, 2]).map(({ inputs, attrs }) => ({
      inputs: [{ shape: inputs[0] as Shape, range: [0.25, 2] as const }, inputs[1]!],
      attrs,
    })),
    integerSample,
    // Negative and zero bases with integer exponents.
    {
      inputs: [
        { shape: [8], values: [-2, -1.5, -3, -0.5, 0, 0, -1, 2] },
        { shape: [8], values: [3, 2, -1, 4, 2, 3, 0, 5], dtype: "int32" },
      ],
      attrs: {},
    },
  ],
  torch: () => "torch.pow(x[0].double(), x[1])",
});

/** d/da aᵇ = b·aᵇ⁻¹, and 0 where b = 0 (even at a = 0). */
function baseGradient(a: Node, b: Node, grad: Node): Node {
  if (constant.is(b)) return mul(grad, mul(b, pow(a, constant(b.attrs.value - 1))));
  return where(eq(b, constant(0)), constant(0), mul(grad, mul(b, pow(a, sub(b, constant(1))))));
}

/** d/db aᵇ = aᵇ·ln a, and 0 where a = 0 and b ≥ 0, as in PyTorch. */
function exponentGradient(node: Node, grad: Node): Node {
  const [a, b] = node.inputs as [Node, Node];
  const still = mul(eq(a, constant(0)), ge(b, constant(0)));
  return where(still, constant(0), mul(grad, mul(node, log(a))));
}

function square(x: Node): Node {
  return mul(x, x);
}

/** The exponents for which there is something better, also of int32. */
const wholePowers: readonly (readonly [number, (x: Node) => Node])[] = [
  // This is 1 for NaN and infinity, too. It depends on x, so that backward() finds its gradient, 0.
  [0, (x) => add(mul(sign(x), constant(0, [], x.dtype)), constant(1, [], x.dtype))],
  [1, (x) => x],
  [2, square],
];

/** The exponents for which there is something better than exp(b·ln a). */
const floatPowers: readonly (readonly [number, (x: Node) => Node])[] = [
  ...wholePowers,
  [3, (x) => mul(mul(x, x), x)],
  [0.5, (x) => sqrt(x)],
  [-0.5, (x) => rsqrt(x)],
  [-1, (x) => reciprocal(x)],
  [-2, (x) => square(reciprocal(x))],
];

/**
 * aᵇ; int32 if both are. A negative base works with integer exponents, and gives NaN with others. PyTorch: `torch.pow`.
 */
export const pow = opFunction(powOp, (a: Node, b: Node): Node => {
  const known = constant.is(b) && b.shape.length <= a.shape.length && b.shape.every((size) => size === 1);
  if (!known) return powOp([a, b], {});
  const { value } = b.attrs;
  const whole = promote([a, b]) === "int32";
  if (whole && value < 0) {
    throw new ArgumentError({
      op: "pow",
      problem: `int32 has no power of ${value}`,
      expected: "an exponent from 0",
      hint: "compute with float32 instead: x.float()",
    });
  }
  const better = (whole ? wholePowers : floatPowers).find(([exponent]) => exponent === value)?.[1];
  return better ? better(whole ? a : cast(a, "float32")) : powOp([a, b], {});
});
