/**
 * How each op is written with ONNX's operators, of operator set 17. ONNX broadcasts like NumPy, but does not mix types,
 * so int32 next to float32 is cast first. Operators: onnx.ai/onnx/operators.
 */
import type { Dtype } from "../../graph/node.js";
import { registry, type Op } from "../../graph/op.js";
import {
  refuse,
  refuseRandom,
  sameSize,
  sameSizes,
  type Size,
  type Sizes,
  type Value,
  type ValueOp,
  type ValueRules,
} from "../value.js";
import { elementTypes, tensorOf, type AttributeValue, type GraphWriter } from "./graph-writer.js";

/** ONNX's number for the type bool. */
const BOOL = 9;
/** Means the end of an axis of any size in Slice. */
const END = Number.MAX_SAFE_INTEGER;

/** A value to write, with what is needed to write it. */
export class Call<K extends ValueOp = ValueOp> {
  constructor(
    readonly value: Value<K>,
    /** The names of the inputs; an omitted input is an empty string. */
    readonly inputs: readonly string[],
    readonly graph: GraphWriter,
  ) {}

  emit(operator: string, inputs: readonly string[], attributes?: Readonly<Record<string, AttributeValue>>): string {
    return this.graph.node(operator, inputs, attributes, this.value.module);
  }

  /** An input, cast to this type if it has another. */
  as(dtype: Dtype, at: number): string {
    const name = this.inputs[at]!;
    return this.value.inputs[at]!.dtype === dtype ? name : this.emit("Cast", [name], { to: elementTypes[dtype] });
  }

  /** All inputs, cast to one type. */
  allAs(dtype: Dtype): string[] {
    return this.inputs.map((_, at) => this.as(dtype, at));
  }
}

/** Writes a value, and returns its name in the graph. */
type Export<K extends ValueOp = ValueOp> = { of(call: Call<K>): string }["of"];

/** A reduction that keeps its axes, with size 1. */
const reduction =
  (operator: string): Export<"amax" | "mean"> =>
  (call) =>
    call.emit(operator, call.inputs, { axes: call.value.attrs.axes, keepdims: 1 });

const alongAxis =
  (operator: string): Export<"softmax" | "logSoftmax" | "cat"> =>
  (call) =>
    call.emit(operator, call.inputs, { axis: call.value.attrs.axis });

/** Equal padding on opposite sides. */
const around = ([rows, columns]: readonly [number, number]): number[] => [rows, columns, rows, columns];

const convolution: Export<"conv2d"> = (call) => {
  const { stride, padding, dilation, groups } = call.value.attrs;
  const [, , ...kernel] = call.value.inputs[1]!.shape as readonly number[];
  const attributes = { kernel_shape: kernel, strides: stride, pads: around(padding), dilations: dilation };
  return call.emit("Conv", call.inputs, { ...attributes, group: groups });
};

/** ONNX requires a weight and a bias. */
const batchNorm: Export<"batchNormInference"> = (call) => {
  const [x, weight, bias, mean, variance] = call.inputs as [string, string, string, string, string];
  const channels = call.value.inputs[3]!.shape[0] as number;
  const filled = (value: number): string =>
    call.graph.tensor("constant", [channels], new Float32Array(channels).fill(value));
  const inputs = [x, weight || filled(1), bias || filled(0), mean, variance];
  return call.emit("BatchNormalization", inputs, { epsilon: { float: call.value.attrs.eps } });
};

const maxPool: Export<"maxPool2d"> = (call) => {
  const { kernel, stride, padding, dilation } = call.value.attrs;
  const attributes = { kernel_shape: kernel, strides: stride, pads: around(padding), dilations: dilation };
  return call.emit("MaxPool", call.inputs, attributes);
};

const averagePool: Export<"avgPool2d"> = (call) => {
  const { kernel, stride, padding, countIncludePad } = call.value.attrs;
  const attributes = { kernel_shape: kernel, strides: stride, pads: around(padding) };
  return call.emit("AveragePool", call.inputs, { ...attributes, count_include_pad: Number(countIncludePad) });
};

const mean: Export<"mean"> = (call) => {
  const { axes } = call.value.attrs;
  const spatial = call.value.shape.length === 4 && axes.join() === "2,3";
  return spatial ? call.emit("GlobalAveragePool", call.inputs) : reduction("ReduceMean")(call);
};

/** Gemm takes only matrices. */
const linear: Export<"linear"> = (call) => {
  const [x, weight, bias] = call.inputs as [string, string, string?];
  if (call.value.shape.length === 2) return call.emit("Gemm", call.inputs, { transB: 1 });
  const made = call.emit("MatMul", [x, call.emit("Transpose", [weight], { perm: [1, 0] })]);
  return bias === undefined ? made : call.emit("Add", [made, bias]);
};

const reshape: Export<"reshape"> = (call) => {
  const { shape } = call.value;
  const from = call.value.inputs[0]!.shape;
  if (shape.length === 2 && from.length > 2 && sameSize(shape[0], from[0])) {
    return call.emit("Flatten", call.inputs, { axis: 1 });
  }
  return call.emit("Reshape", [call.inputs[0]!, targetShape(call.graph, shape)]);
};

/** One size may be -1: the one that follows the batch size. */
function targetShape(graph: GraphWriter, shape: Sizes): string {
  if (shape.filter((size) => typeof size !== "number").length > 1) return graph.shape(shape);
  return graph.int64(shape.map((size) => (typeof size === "number" ? size : -1)));
}

const slice: Export<"slice"> = (call) => {
  const { begin, end, step } = call.value.attrs;
  const numbers = (sizes: readonly Size[]): number[] =>
    sizes.map((size) => (typeof size === "number" ? size : refuse(call.value, "its start depends on the batch size")));
  const input = call.value.inputs[0]!;
  // An end that follows the batch size is the end of the axis if it equals the axis's size.
  const ends = end.map((size, axis) => (typeof size === "object" && sameSize(size, input.shape[axis]) ? END : size));
  const axes = begin.map((_, axis) => axis);
  const lists = [numbers(begin), numbers(ends), axes, numbers(step)].map((list) => call.graph.int64(list));
  return call.emit("Slice", [call.inputs[0]!, ...lists]);
};

/** A slice backwards, from the last position to before the first. */
const flip: Export<"flip"> = (call) => {
  const { axes } = call.value.attrs;
  const all = (value: number): string => call.graph.int64(axes.map(() => value));
  return call.emit("Slice", [call.inputs[0]!, all(-1), all(-END), call.graph.int64(axes), all(-1)]);
};

const pad: Export<"pad"> = (call) => {
  const { before, after, interior, value } = call.value.attrs;
  if (interior.some((count) => count !== 0)) refuse(call.value, "ONNX cannot pad between elements");
  const fill = call.graph.scalar(value, call.value.dtype);
  return call.emit("Pad", [call.inputs[0]!, call.graph.int64([...before, ...after]), fill]);
};

const constant: Export<"constant"> = (call) => {
  const { shape, dtype } = call.value;
  const { value } = call.value.attrs;
  if (typeof value !== "number") {
    return refuse(
      call.value,
      "its value depends on the batch size",
      "a batch norm needs running statistics (trackRunningStats)",
    );
  }
  const scalar = call.graph.scalar(value, dtype);
  return shape.length === 0 ? scalar : call.emit("Expand", [scalar, call.graph.shape(shape)]);
};

/** The position of each element along an axis. */
const iota: Export<"iota"> = (call) => {
  const shape = call.value.shape.map((size) =>
    typeof size === "number" ? size : refuse(call.value, "its shape depends on the batch size"),
  );
  const { axis } = call.value.attrs;
  const step = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const count = shape.reduce((product, size) => product * size, 1);
  const places = Int32Array.from({ length: count }, (_, at) => Math.floor(at / step) % shape[axis]!);
  return call.graph.tensor("places", shape, places);
};

/** A parameter or buffer. */
const variable: Export<"variable"> = (call) =>
  call.graph.tensor(call.value.attrs.name, call.value.shape as readonly number[], call.value.data!);

/** Elements that are not trained. They are not an initializer, because an importer would take it for a weight. */
const data: Export<"data"> = (call) =>
  call.emit("Constant", [], { value: { tensor: tensorOf(call.value.shape as readonly number[], call.value.data!) } });

/** Here and in PyTorch, the sign of NaN is 0; in onnxruntime it is NaN. */
const sign: Export<"sign"> = (call) => {
  const [x] = call.inputs as [string];
  const made = call.emit("Sign", [x]);
  if (call.value.dtype === "int32") return made;
  return call.emit("Where", [call.emit("Equal", [x, x]), made, call.graph.scalar(0, "float32")]);
};

const where: Export<"where"> = (call) => {
  const condition = call.emit("Cast", [call.inputs[0]!], { to: BOOL });
  return call.emit("Where", [condition, call.as(call.value.dtype, 1), call.as(call.value.dtype, 2)]);
};

const expand: Export<"expand"> = (call) =>
  sameSizes(call.value.shape, call.value.inputs[0]!.shape)
    ? call.inputs[0]!
    : call.emit("Expand", [call.inputs[0]!, call.graph.shape(call.value.shape)]);

export const operators: ValueRules<{ readonly [K in ValueOp]: readonly [call: Call<K>] }> = {
  // Leaves.
  live: ({ value }) => refuseRandom(value),
  variable,
  data,
  constant,
  iota,
  // Layers.
  conv2d: convolution,
  batchNormInference: batchNorm,
  batchNorm: (call) =>
    refuse(call.value, "it normalises with the statistics of the batch itself", "set trackRunningStats to true"),
  maxPool2d: maxPool,
  avgPool2d: averagePool,
  linear,
  product: (call) => call.emit("MatMul", call.allAs(call.value.dtype)),
  softmax: alongAxis("Softmax"),
  logSoftmax: alongAxis("LogSoftmax"),
  // Reductions.
  mean,
  sum: (call) => {
    const axes = call.graph.int64(call.value.attrs.axes);
    return call.emit("ReduceSum", [call.inputs[0]!, axes], { keepdims: 1 });
  },
  amax: reduction("ReduceMax"),
  // Elementwise.
  verified: (call) => call.inputs[0]!,
  sign,
  where,
  cast: (call) => call.emit("Cast", call.inputs, { to: elementTypes[call.value.dtype] }),
  // Shapes.
  reshape,
  permute: (call) => call.emit("Transpose", call.inputs, { perm: call.value.attrs.order }),
  expand,
  slice,
  flip,
  pad,
  cat: alongAxis("Concat"),
};

/** Writes a value, and returns its name in the graph. */
export function writeValue(call: Call): string {
  const { op } = call.value;
  const write: Export | undefined = operators[op];
  if (write) return write(call);
  const record = registry.get(op);
  const named = record && record.elsewhere !== "internal" ? record.elsewhere?.onnx : null;
  if (record && Array.isArray(named)) return writeNamed(call, named, isComparison(record));
  return refuse(
    call.value,
    "ONNX has no operator for it",
    "express it with other ops, or export the network without it",
  );
}

/**
 * Writes the operators that a record names. ONNX's comparisons give bool, which is int32 here, and do not mix types.
 */
function writeNamed(call: Call, operators: readonly string[], compares: boolean): string {
  const [first, ...others] = operators;
  if (first === undefined) return call.inputs[0]!;
  const isWhole = call.value.inputs.every((input) => input?.dtype === "int32");
  const common = compares ? (isWhole ? "int32" : "float32") : call.value.dtype;
  const made = others.reduce((name, next) => call.emit(next, [name]), call.emit(first, call.allAs(common)));
  return compares ? call.emit("Cast", [made], { to: elementTypes.int32 }) : made;
}

function isComparison({ lowering }: Op): boolean {
  return lowering.kind === "elementwise" && lowering.mask !== undefined;
}
