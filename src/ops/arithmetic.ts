/** Arithmetic of two operands that broadcast, and negation. */
import type { Node } from "../graph/node.js";
import type { Shape } from "../graph/shape.js";
import { v } from "../wasm/expressions.js";
import { eq, lt, where } from "./comparison.js";
import { defineElementwise, promote, type Elementwise } from "./elementwise.js";
import { constant } from "./leaf.js";
import { opFunction, type NoAttrs, type OpBuilder, type OpRef, type Sample } from "../graph/op.js";

/**
 * Broadcasting at every position, scalars, and sizes that are not multiples of 4. The second operand is within `range`.
 */
export function binarySamples(range: readonly [number, number]): Sample<NoAttrs>[] {
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

export const integerSample: Sample<NoAttrs> = {
  inputs: [
    { shape: [3, 5], range: [-9, 10], dtype: "int32" },
    { shape: [5], range: [1, 9], dtype: "int32" },
  ],
  attrs: {},
};
const mixedSample: Sample<NoAttrs> = {
  inputs: [[3, 5], { shape: [3, 1], range: [1, 4], dtype: "int32" }],
  attrs: {},
};

type BinaryOp = OpRef<NoAttrs> & ((a: Node, b: Node) => Node);

function defineBinary(
  rule: Omit<Elementwise<NoAttrs>, "samples" | "torch" | "dtype"> & { extra?: Sample<NoAttrs>[] },
): BinaryOp {
  const build = defineElementwise({
    ...rule,
    integers: true,
    dtype: promote,
    samples: [...binarySamples([-2, 2]), integerSample, mixedSample, ...(rule.extra ?? [])],
    torch: () => `torch.${rule.name}(x[0], x[1])`,
  });
  return opFunction(build, (a: Node, b: Node): Node => build([a, b], {}));
}

/** a + b. PyTorch: `torch.add`. */
export const add = defineBinary({
  name: "add",
  elsewhere: { onnx: ["Add"] },
  scalar: ([a, b]) => a! + b!,
  vector: ([a, b], _, lanes) => v.op(`${lanes}.add`, a!, b!),
  gradient: (_, grad) => [grad, grad],
});

/** a − b. PyTorch: `torch.sub`. */
export const sub = defineBinary({
  name: "sub",
  elsewhere: { onnx: ["Sub"] },
  scalar: ([a, b]) => a! - b!,
  vector: ([a, b], _, lanes) => v.op(`${lanes}.sub`, a!, b!),
  gradient: ({ inputs: [, b] }, grad) => [grad, b!.requiresGrad ? neg(grad) : null],
});

/** a · b. PyTorch: `torch.mul`. */
export const mul = defineBinary({
  name: "mul",
  elsewhere: { onnx: ["Mul"] },
  scalar: ([a, b]) => a! * b!,
  vector: ([a, b], _, lanes) => v.op(`${lanes}.mul`, a!, b!),
  keepsZeros: (isZero) => isZero(0) || isZero(1),
  gradient: ({ inputs: [a, b] }, grad) => [
    a!.requiresGrad ? mul(grad, b!) : null,
    b!.requiresGrad ? mul(grad, a!) : null,
  ],
});

/** If two elements are equal, each gets half of the gradient, as in PyTorch. */
function extremeGradient(a: Node, b: Node, loses: (x: Node, y: Node) => Node, grad: Node): [Node, Node] {
  const shared = where(eq(a, b), mul(grad, constant(0.5)), grad);
  return [where(loses(a, b), constant(0), shared), where(loses(b, a), constant(0), shared)];
}

const tie: Sample<NoAttrs> = {
  inputs: [
    { shape: [5], values: [1, 2, 3, -1, 0] },
    { shape: [5], values: [2, 1, 3.5, -2, 1] },
  ],
  attrs: {},
};

/** The larger of a and b; NaN if either is NaN, and −0 of 0 and −0. PyTorch: `torch.maximum`. */
export const maximum = defineBinary({
  name: "maximum",
  elsewhere: { onnx: ["Max"], pytorch: "torch.maximum" },
  scalar: ([a, b]) => Math.max(a!, b!),
  vector: ([a, b], _, lanes) => v.max(a!, b!, lanes),
  gradient: ({ inputs: [a, b] }, grad) => extremeGradient(a!, b!, lt, grad),
  extra: [tie],
});

/** The smaller of a and b; NaN if either is NaN, and −0 of 0 and −0. PyTorch: `torch.minimum`. */
export const minimum = defineBinary({
  name: "minimum",
  elsewhere: { onnx: ["Min"], pytorch: "torch.minimum" },
  scalar: ([a, b]) => Math.min(a!, b!),
  vector: ([a, b], _, lanes) => v.min(a!, b!, lanes),
  gradient: ({ inputs: [a, b] }, grad) => extremeGradient(a!, b!, (x, y) => lt(y, x), grad),
  extra: [tie],
});

const divOp: OpBuilder<NoAttrs> = defineElementwise({
  name: "div",
  elsewhere: { onnx: ["Div"] },
  dtype: () => "float32",
  scalar: ([a, b]) => a! / b!,
  vector: ([a, b]) => v.div(a!, b!),
  keepsZeros: (isZero) => isZero(0) && !isZero(1),
  gradient: (node, grad) => {
    const [a, b] = node.inputs;
    return [a!.requiresGrad ? div(grad, b!) : null, b!.requiresGrad ? neg(div(mul(grad, node), b!)) : null];
  },
  samples: [...binarySamples([0.5, 2]), integerSample, mixedSample],
  torch: () => "torch.div(x[0], x[1])",
});

/** a / b, always float32. PyTorch: `torch.div`. */
export const div = opFunction(divOp, (a: Node, b: Node): Node => divOp([a, b], {}));

const negOp: OpBuilder<NoAttrs> = defineElementwise({
  name: "neg",
  elsewhere: { onnx: ["Neg"] },
  integers: true,
  dtype: promote,
  scalar: ([x]) => -x!,
  vector: ([x], _, lanes) => v.op(`${lanes}.neg`, x!),
  keepsZeros: (isZero) => isZero(0),
  gradient: (_, grad) => [neg(grad)],
  samples: [
    { inputs: [[7]], attrs: {} },
    { inputs: [[]], attrs: {} },
    { inputs: [{ shape: [3, 5], range: [-9, 10], dtype: "int32" }], attrs: {} },
  ],
  torch: () => "torch.neg(x[0])",
});

/** −x. PyTorch: `torch.neg`. */
export const neg = opFunction(negOp, (x: Node): Node => negOp([x], {}));
