/** Arithmetic of two operands that broadcast, and negation. */
import type { Node } from "../graph/node.js";
import type { Shape } from "../graph/shape.js";
import { v } from "../wasm/expressions.js";
import { cast, eq, ge, lt, where } from "./comparison.js";
import { defineElementwise, promote, type Elementwise } from "./elementwise.js";
import { constant, isConstant } from "./leaf.js";
import type { Sample } from "../graph/op.js";
import { log, reciprocal, rsqrt, sqrt } from "./pointwise.js";

type Plain = Record<string, never>;

/** Broadcasting in every position, scalars, sizes that are no multiple of 4; the second operand within `range`. */
function binarySamples(range: readonly [number, number]): Sample<Plain>[] {
  const shapes: [Shape, Shape][] = [
    [[7], [7]],
    [[3, 5], [5]],
    [
      [3, 5],
      [3, 1],
    ],
    [[], [2, 3]],
    [[2, 3, 5], []],
    [
      [2, 1, 3],
      [4, 1],
    ],
    [
      [1, 3, 1, 1],
      [2, 3, 3, 2],
    ],
    [
      [1, 1],
      [1, 1, 1],
    ],
  ];
  return shapes.map(([a, b]) => ({ inputs: [a, { shape: b, range }], attrs: {} }));
}

const integerSample: Sample<Plain> = {
  inputs: [
    { shape: [3, 5], range: [-9, 10], dtype: "int32" },
    { shape: [5], range: [1, 9], dtype: "int32" },
  ],
  attrs: {},
};
const mixedSample: Sample<Plain> = {
  inputs: [[3, 5], { shape: [3, 1], range: [1, 4], dtype: "int32" }],
  attrs: {},
};

function defineBinary(rule: Omit<Elementwise<Plain>, "samples" | "torch" | "dtype"> & { extra?: Sample<Plain>[] }) {
  const { extra = [], ...record } = rule;
  const build = defineElementwise({
    ...record,
    dtype: promote,
    samples: [...binarySamples([-2, 2]), integerSample, mixedSample, ...extra],
    torch: () => `torch.${rule.name}(x[0], x[1])`,
  });
  return (a: Node, b: Node): Node => build([a, b], {});
}

/** a + b. PyTorch: `torch.add`. */
export const add = defineBinary({
  name: "add",
  scalar: ([a, b]) => a! + b!,
  vector: ([a, b]) => v.add(a!, b!),
  gradient: (_, grad) => [grad, grad],
});

/** a − b. PyTorch: `torch.sub`. */
export const sub = defineBinary({
  name: "sub",
  scalar: ([a, b]) => a! - b!,
  vector: ([a, b]) => v.sub(a!, b!),
  gradient: ({ inputs: [, b] }, grad) => [grad, b!.requiresGrad ? neg(grad) : null],
});

/** a · b. PyTorch: `torch.mul`. */
export const mul = defineBinary({
  name: "mul",
  scalar: ([a, b]) => a! * b!,
  vector: ([a, b]) => v.mul(a!, b!),
  gradient: ({ inputs: [a, b] }, grad) => [
    a!.requiresGrad ? mul(grad, b!) : null,
    b!.requiresGrad ? mul(grad, a!) : null,
  ],
});

/** Of two equal elements each gets half of the gradient, as in PyTorch. */
function extremeGradient(a: Node, b: Node, loses: (x: Node, y: Node) => Node, grad: Node): [Node, Node] {
  const shared = where(eq(a, b), mul(grad, constant(0.5)), grad);
  return [where(loses(a, b), constant(0), shared), where(loses(b, a), constant(0), shared)];
}

const tie: Sample<Plain> = {
  inputs: [
    { shape: [5], values: [1, 2, 3, -1, 0] },
    { shape: [5], values: [2, 1, 3.5, -2, 1] },
  ],
  attrs: {},
};

/** The larger of a and b; NaN if one is. PyTorch: `torch.maximum`. */
export const maximum = defineBinary({
  name: "maximum",
  scalar: ([a, b]) => Math.max(a!, b!),
  vector: ([a, b]) => v.max(a!, b!),
  gradient: ({ inputs: [a, b] }, grad) => extremeGradient(a!, b!, lt, grad),
  extra: [tie],
});

/** The smaller of a and b; NaN if one is. PyTorch: `torch.minimum`. */
export const minimum = defineBinary({
  name: "minimum",
  scalar: ([a, b]) => Math.min(a!, b!),
  vector: ([a, b]) => v.min(a!, b!),
  gradient: ({ inputs: [a, b] }, grad) => extremeGradient(a!, b!, (x, y) => lt(y, x), grad),
  extra: [tie],
});

const divOp = defineElementwise<Plain>({
  name: "div",
  dtype: () => "float32",
  scalar: ([a, b]) => a! / b!,
  vector: ([a, b]) => v.div(a!, b!),
  gradient: (node, grad) => {
    const [a, b] = node.inputs;
    return [a!.requiresGrad ? div(grad, b!) : null, b!.requiresGrad ? neg(div(mul(grad, node), b!)) : null];
  },
  samples: [...binarySamples([0.5, 2]), integerSample, mixedSample],
  torch: () => "torch.div(x[0], x[1])",
});

/** a / b, always float32. PyTorch: `torch.div`. */
export function div(a: Node, b: Node): Node {
  return divOp([a, b], {});
}

/** JavaScript's power, but with C's (and PyTorch's) results where JavaScript gives NaN: 1ⁿᵃⁿ and (±1)^±∞ are 1. */
function power(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
}

const powOp = defineElementwise<Plain>({
  name: "pow",
  dtype: () => "float32",
  scalar: ([a, b]) => power(a!, b!),
  vector: ([a, b]) => v.call("pow", a!, b!),
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
    // Negative and zero bases under integer exponents.
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

/** d/da aᵇ = b·aᵇ⁻¹, and 0 where b = 0 (also at a = 0). */
function baseGradient(a: Node, b: Node, grad: Node): Node {
  if (isConstant(b)) return mul(grad, mul(b, pow(a, constant(b.attrs.value - 1))));
  return where(eq(b, constant(0)), constant(0), mul(grad, mul(b, pow(a, sub(b, constant(1))))));
}

/** d/db aᵇ = aᵇ·ln a, and 0 where a = 0 and b ≥ 0, as in PyTorch. */
function exponentGradient(node: Node, grad: Node): Node {
  const [a, b] = node.inputs as [Node, Node];
  const still = mul(eq(a, constant(0)), ge(b, constant(0)));
  return where(still, constant(0), mul(grad, mul(node, log(a))));
}

/** Exponents for which there is something better than exp(b·ln a). */
const knownPowers = new Map<number, (x: Node) => Node>([
  [0, (x) => constant(1, x.shape)],
  [1, (x) => x],
  [2, (x) => mul(x, x)],
  [3, (x) => mul(mul(x, x), x)],
  [0.5, (x) => sqrt(x)],
  [-0.5, (x) => rsqrt(x)],
  [-1, (x) => reciprocal(x)],
  [-2, (x) => reciprocal(mul(x, x))],
]);

/** aᵇ, always float32. A negative base is right under integer exponents and NaN under others. PyTorch: `torch.pow`. */
export function pow(a: Node, b: Node): Node {
  const known = isConstant(b) && b.shape.length <= a.shape.length && b.shape.every((size) => size === 1);
  const better = known ? knownPowers.get(b.attrs.value) : undefined;
  return better ? better(cast(a, "float32")) : powOp([a, b], {});
}

const negOp = defineElementwise<Plain>({
  name: "neg",
  dtype: promote,
  scalar: ([x]) => -x!,
  vector: ([x]) => v.op("f32x4.neg", x!),
  gradient: (_, grad) => [neg(grad)],
  samples: [
    { inputs: [[7]], attrs: {} },
    { inputs: [[]], attrs: {} },
    { inputs: [{ shape: [3, 5], range: [-9, 10], dtype: "int32" }], attrs: {} },
  ],
  torch: () => "torch.neg(x[0])",
});

/** −x. PyTorch: `torch.neg`. */
export function neg(x: Node): Node {
  return negOp([x], {});
}
