/**
 * How each op is written in Python with PyTorch. What layers of `torch.nn` compute is not here, because they are
 * called.
 */
import { pythonBool, pythonFloat, pythonTuple } from "../../text/python.js";
import { registry } from "../../graph/op.js";
import { refuse, refuseRandom, type Size, type Sizes, type Value, type ValueOp, type ValueRules } from "../value.js";

/** @param x the inputs as Python: names, or numbers where an input is a constant */
type Expression<K extends ValueOp = ValueOp> = { of(x: readonly string[], value: Value<K>): string }["of"];

/** A size; the batch size is read from the network's input. */
function size(of: Size): string {
  if (typeof of === "number") return String(of);
  return of.perImage === 1 ? "images.shape[0]" : `${of.perImage} * images.shape[0]`;
}

const sizes = (shape: Sizes): string => shape.map(size).join(", ");

/** A tuple, even of a single element. */
const tuple = (shape: Sizes): string => (shape.length === 1 ? `(${size(shape[0]!)},)` : `(${sizes(shape)})`);

const operator =
  (symbol: string): Expression =>
  ([a, b]) =>
    `${a} ${symbol} ${b}`;
/** A comparison gives int32, as in kilograd; in PyTorch it would be bool. */
const comparison =
  (symbol: string): Expression =>
  ([a, b]) =>
    `(${a} ${symbol} ${b}).int()`;
const overAxes =
  (name: string): Expression<"sum" | "amax" | "mean"> =>
  ([x], value) =>
    `${x}.${name}(dim=${pythonTuple(value.attrs.axes)}, keepdim=True)`.replace(/\((\d+),\),/, "$1,");

function isNumber(input: Value | undefined): boolean {
  return input?.op === "constant" && input.shape.length === 0;
}

/** The inputs as tensors, for functions that do not accept numbers. */
function tensors(x: readonly string[], value: Value): string[] {
  return x.map((text, at) => {
    const input = value.inputs[at];
    return isNumber(input) ? `torch.tensor(${text}, dtype=${torchType(input!)}, device=images.device)` : text;
  });
}

/** Python's operators, which take a number beside a tensor. Two numbers would give a number, which has no methods. */
const OPERATORS: ReadonlySet<ValueOp> = new Set([
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "eq",
  "ne",
  "lt",
  "le",
  "gt",
  "ge",
]);

function takesNumbers({ op, inputs }: Value): boolean {
  return OPERATORS.has(op) && !inputs.every(isNumber);
}

export function torchType({ dtype }: Value): string {
  return dtype === "int32" ? "torch.int32" : "torch.float32";
}

const constant: Expression<"constant"> = (_, value) => {
  const { value: number } = value.attrs;
  if (typeof number !== "number") return refuse(value, "its value depends on the batch size");
  const text = pythonNumber(number, value);
  // In Python, -2.0 ** x is -(2.0 ** x).
  if (value.shape.length === 0) return text.startsWith("-") ? `(${text})` : text;
  return `torch.full(${tuple(value.shape)}, ${text}, dtype=${torchType(value)}, device=images.device)`;
};

/** An element of a tensor in Python. */
export function pythonNumber(number: number, { dtype }: Value): string {
  if (dtype === "int32") return String(number);
  if (Number.isFinite(number)) return Object.is(number, -0) ? "-0.0" : pythonFloat(number);
  return number > 0 ? "math.inf" : number < 0 ? "-math.inf" : "math.nan";
}

const reshape: Expression<"reshape"> = ([x], { shape }) => {
  const followers = shape.filter((one) => typeof one !== "number").length;
  const list = followers > 1 ? sizes(shape) : shape.map((one) => (typeof one === "number" ? one : -1)).join(", ");
  return `${x}.reshape(${list === "" ? "()" : list})`;
};

const slice: Expression<"slice"> = ([x], value) => {
  const { begin, end, step } = value.attrs;
  const whole = (axis: number): boolean =>
    begin[axis] === 0 && step[axis] === 1 && JSON.stringify(end[axis]) === JSON.stringify(value.inputs[0]!.shape[axis]);
  const parts = begin.map((from, axis) => (whole(axis) ? ":" : `${size(from)}:${size(end[axis]!)}:${step[axis]}`));
  return `${x}[${parts.join(", ")}]`;
};

const pad: Expression<"pad"> = ([x], value) => {
  const { before, after, interior, value: fill } = value.attrs;
  if (interior.some((count) => count !== 0)) return refuse(value, "PyTorch cannot pad between elements");
  // PyTorch's padding begins with the last axis.
  const amounts = before.map((count, axis) => `${count}, ${after[axis]}`).reverse();
  return `F.pad(${x}, (${amounts.join(", ")}), value=${pythonNumber(fill, value)})`;
};

const functionalDropout =
  (name: string): Expression<"dropout" | "dropout2d"> =>
  ([x], value) =>
    `F.${name}(${x}, p=${pythonFloat(value.attrs.p)}, training=self.training)`;

export const expressions: ValueRules<{ readonly [K in ValueOp]: readonly [x: readonly string[], value: Value<K>] }> = {
  live: (_, value) => refuseRandom(value),
  detach: ([x]) => `${x}.detach()`,
  verified: ([x]) => x!,
  constant,
  iota: (_, value) => {
    const { axis } = value.attrs;
    const line = value.shape.map((_size, i) => (i === axis ? -1 : 1)).join(", ");
    const range = `torch.arange(${size(value.shape[axis]!)}, dtype=torch.int32, device=images.device)`;
    return `${range}.reshape(${line}).expand(${sizes(value.shape)})`;
  },
  dropout: functionalDropout("dropout"),
  dropout2d: functionalDropout("dropout2d"),
  conv2d: (x, value) => {
    const { stride, padding, dilation, groups } = value.attrs;
    const pairs = `stride=${pythonTuple(stride)}, padding=${pythonTuple(padding)}, dilation=${pythonTuple(dilation)}`;
    return `F.conv2d(${x.join(", ")}, ${pairs}, groups=${groups})`;
  },
  // The running statistics stay as they are, even in training (training-mode.ts refuses anything else).
  batchNormInference: ([x, weight, bias, mean, variance], value) => {
    const eps = pythonFloat(value.attrs.eps);
    return `F.batch_norm(${x}, ${mean}, ${variance}, ${weight || "None"}, ${bias || "None"}, training=False, eps=${eps})`;
  },
  maxPool2d: ([x], value) => {
    const { kernel, stride, padding, dilation } = value.attrs;
    const pairs = [kernel, stride, padding, dilation].map(pythonTuple).join(", ");
    return `F.max_pool2d(${x}, ${pairs})`;
  },
  avgPool2d: ([x], value) => {
    const { kernel, stride, padding, countIncludePad } = value.attrs;
    const pairs = [kernel, stride, padding].map(pythonTuple).join(", ");
    return `F.avg_pool2d(${x}, ${pairs}, count_include_pad=${pythonBool(countIncludePad)})`;
  },
  linear: (x) => `F.linear(${x.join(", ")})`,
  matmul: operator("@"),
  product: operator("@"),
  softmax: ([x], value) => `F.softmax(${x}, dim=${value.attrs.axis})`,
  logSoftmax: ([x], value) => `F.log_softmax(${x}, dim=${value.attrs.axis})`,
  mean: overAxes("mean"),
  sum: overAxes("sum"),
  amax: overAxes("amax"),
  add: operator("+"),
  sub: operator("-"),
  mul: operator("*"),
  div: operator("/"),
  pow: operator("**"),
  neg: ([x]) => `-${x}`,
  eq: comparison("=="),
  ne: comparison("!="),
  lt: comparison("<"),
  le: comparison("<="),
  gt: comparison(">"),
  ge: comparison(">="),
  where: ([condition, yes, no]) => `torch.where(${condition} != 0, ${yes}, ${no})`,
  cast: ([x], value) => `${x}.${value.dtype === "int32" ? "int" : "float"}()`,
  reshape,
  permute: ([x], value) => `${x}.permute(${value.attrs.order.join(", ")})`,
  expand: ([x], value) => `${x}.expand(${sizes(value.shape)})`,
  slice,
  flip: ([x], value) => `${x}.flip(${value.attrs.axes.join(", ")})`,
  pad,
  cat: (x, value) => `torch.cat([${x.join(", ")}], dim=${value.attrs.axis})`,
};

/** Returns the function that writes a value's expression; undefined if PyTorch has no counterpart. */
export function expressionOf(value: Value): Expression | undefined {
  const elsewhere = registry.get(value.op)?.elsewhere;
  const name = elsewhere === "internal" ? undefined : elsewhere?.pytorch;
  const call: Expression = (x) => `${name}(${x.join(", ")})`;
  const write: Expression | undefined = expressions[value.op] ?? (name ? call : undefined);
  return write && ((x, of) => write(takesNumbers(of) ? x : tensors(x, of), of));
}
