/** Functions of one operand, element by element. */
import type { Node } from "../graph/node.js";
import { roundHalfEven } from "../text/rounding.js";
import { v, type Expr, type Lanes } from "../wasm/expressions.js";
import { add, div, mul, neg, sub } from "./arithmetic.js";
import { cast, le, where } from "./comparison.js";
import { defineElementwise, promote } from "./elementwise.js";
import { constant } from "./leaf.js";
import { opFunction, type NoAttrs, type OpRef, type PytorchFunction, type Sample } from "../graph/op.js";

interface Function1 {
  readonly name: string;
  readonly scalar: (x: number) => number;
  readonly vector: (x: Expr, lanes: Lanes) => Expr;
  /** Computes the gradient from the incoming one, the result `y` and the operand `x`. */
  readonly gradient: (grad: Node, y: Node, x: Node) => Node;
  /** The range of the samples. Default [-2, 2). */
  readonly range?: readonly [number, number];
  /** Set if an int32 operand gives an int32 result, instead of being converted to float32 first. */
  readonly integer?: boolean;
  /** Set if an int32 operand is its own result. */
  readonly keepsIntegers?: true;
  readonly extra?: readonly number[];
  /** Slow to compute (see ElementwiseCode). */
  readonly expensive?: true;
  /** As in an op's record (graph/op.ts). */
  readonly onnx?: readonly string[] | null;
  /** Default: `torch.` and the name. */
  readonly pytorch?: PytorchFunction;
}

function samplesOf({ range = [-2, 2], extra }: Function1): Sample<NoAttrs>[] {
  const shapes = [[7], [], [1, 1], [3, 5], [2, 3, 1, 5]];
  const [low, high] = [Math.ceil(range[0]), Math.ceil(range[1]) + 1];
  return [
    ...shapes.map((shape) => ({ inputs: [{ shape, range }], attrs: {} })),
    ...(extra ? [{ inputs: [{ shape: [extra.length], values: extra }], attrs: {} }] : []),
    { inputs: [{ shape: [6], range: [low, high], dtype: "int32" }], attrs: {} },
  ];
}

function definePointwise(rule: Function1): OpRef<NoAttrs> & ((x: Node) => Node) {
  const { pytorch = `torch.${rule.name}` } = rule;
  const build = defineElementwise({
    name: rule.name,
    dtype: (inputs) => (rule.integer ? promote(inputs) : "float32"),
    scalar: ([x]) => rule.scalar(x!),
    vector: ([x], _, lanes) => rule.vector(x!, lanes),
    integers: rule.integer,
    expensive: rule.expensive,
    gradient: (node, grad) => [rule.gradient(grad, node, node.inputs[0]!)],
    samples: samplesOf(rule),
    elsewhere: { onnx: rule.onnx, pytorch },
    torch: () => `${pytorch.replace(/^F\./, "torch.nn.functional.")}(${rule.integer ? "x[0]" : "x[0].double()"})`,
  });
  return opFunction(build, (x: Node): Node => {
    if (rule.keepsIntegers && x.dtype === "int32") return x;
    return build([rule.integer ? x : cast(x, "float32")], {});
  });
}

/** The gradient of a step function: zeros. */
const flat = (_grad: Node, y: Node): Node => constant(0, y.shape);

/** eˣ. PyTorch: `torch.exp`. */
export const exp = definePointwise({
  name: "exp",
  onnx: ["Exp"],
  scalar: Math.exp,
  vector: (x) => v.call("exp", x),
  expensive: true,
  gradient: (grad, y) => mul(grad, y),
  range: [-6, 4],
});

/** The natural logarithm. PyTorch: `torch.log`. */
export const log = definePointwise({
  name: "log",
  onnx: ["Log"],
  scalar: Math.log,
  vector: (x) => v.call("log", x),
  expensive: true,
  gradient: (grad, _, x) => div(grad, x),
  range: [0.25, 9],
});

/** √x. PyTorch: `torch.sqrt`. */
export const sqrt = definePointwise({
  name: "sqrt",
  onnx: ["Sqrt"],
  scalar: Math.sqrt,
  vector: (x) => v.op("f32x4.sqrt", x),
  gradient: (grad, y) => div(grad, add(y, y)),
  range: [0.25, 9],
});

/** 1/√x. PyTorch: `torch.rsqrt`. */
export const rsqrt = definePointwise({
  name: "rsqrt",
  onnx: ["Sqrt", "Reciprocal"],
  scalar: (x) => 1 / Math.sqrt(x),
  vector: (x) => v.div(v.const(1), v.op("f32x4.sqrt", x)),
  gradient: (grad, y) => mul(mul(grad, constant(-0.5)), mul(y, mul(y, y))),
  range: [0.25, 4],
});

/** 1/x. PyTorch: `torch.reciprocal`. */
export const reciprocal = definePointwise({
  name: "reciprocal",
  onnx: ["Reciprocal"],
  scalar: (x) => 1 / x,
  vector: (x) => v.div(v.const(1), x),
  gradient: (grad, y) => neg(mul(grad, mul(y, y))),
  range: [0.5, 4],
});

/** |x|. PyTorch: `torch.abs`. */
export const abs = definePointwise({
  name: "abs",
  onnx: ["Abs"],
  scalar: Math.abs,
  vector: (x, lanes) => v.op(`${lanes}.abs`, x),
  gradient: (grad, _, x) => mul(grad, sign(x)),
  integer: true,
});

/** −1, 0 or 1; 0 for NaN, as in PyTorch. PyTorch: `torch.sign`. */
export const sign = definePointwise({
  name: "sign",
  scalar: (x) => Number(x > 0) - Number(x < 0),
  vector: (x, lanes) => {
    const where = (holds: "gt" | "lt"): Expr =>
      v.op("v128.and", v.op(`${lanes}.${holds}`, x, v.const(0)), v.const(1, lanes));
    return v.op(`${lanes}.sub`, where("gt"), where("lt"));
  },
  gradient: flat,
  integer: true,
});

/** The largest integer not above x. PyTorch: `torch.floor`. */
export const floor = definePointwise({
  name: "floor",
  keepsIntegers: true,
  onnx: ["Floor"],
  scalar: Math.floor,
  vector: (x) => v.op("f32x4.floor", x),
  gradient: flat,
});

/** The smallest integer not below x. PyTorch: `torch.ceil`. */
export const ceil = definePointwise({
  name: "ceil",
  keepsIntegers: true,
  onnx: ["Ceil"],
  scalar: Math.ceil,
  vector: (x) => v.op("f32x4.ceil", x),
  gradient: flat,
});

/** The nearest integer; halves go to the even one. PyTorch: `torch.round`. */
export const round = definePointwise({
  name: "round",
  keepsIntegers: true,
  onnx: ["Round"],
  scalar: roundHalfEven,
  vector: (x) => v.op("f32x4.nearest", x),
  gradient: flat,
});

/** max(x, 0); NaN stays NaN and passes the gradient on, as in PyTorch. The gradient uses only the result, so x need not be kept. PyTorch: `F.relu`. */
export const relu = definePointwise({
  name: "relu",
  onnx: ["Relu"],
  scalar: (x) => Math.max(x, 0),
  vector: (x, lanes) => (lanes === "i32x4" ? v.max(x, v.iconst(0), lanes) : v.pmax(x, v.const(0))),
  gradient: (grad, y) => where(le(y, constant(0)), constant(0), grad),
  integer: true,
});

/** 1/(1 + e⁻ˣ). PyTorch: `torch.sigmoid`. */
export const sigmoid = definePointwise({
  name: "sigmoid",
  onnx: ["Sigmoid"],
  scalar: (x) => 1 / (1 + Math.exp(-x)),
  vector: (x) => v.call("sigmoid", x),
  expensive: true,
  gradient: (grad, y) => mul(grad, mul(y, sub(constant(1), y))),
  range: [-9, 9],
});

/** The hyperbolic tangent. PyTorch: `torch.tanh`. */
export const tanh = definePointwise({
  name: "tanh",
  onnx: ["Tanh"],
  scalar: Math.tanh,
  vector: (x) => v.call("tanh", x),
  expensive: true,
  gradient: (grad, y) => mul(grad, sub(constant(1), mul(y, y))),
  range: [-4, 4],
});
