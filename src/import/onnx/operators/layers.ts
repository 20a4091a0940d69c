/** Operators with weights or windows, which become layers of `nn`. So they can be trained, and appear in a summary. */
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  Linear,
  LogSoftmax,
  MaxPool2d,
  Softmax,
  type Module,
} from "../../../nn/index.js";
import { elsewhereOf } from "../../../nn/elsewhere.js";
import * as nn from "../../../nn/index.js";
import * as ops from "../../../ops/index.js";
import { sizeOf } from "../../../graph/shape.js";
import { Tensor } from "../../../tensor/tensor.js";
import { Numbers } from "../values.js";
import { tensorInput, unsupported, type Importer, type NodeImport, type Run } from "../node-import.js";
import { counted } from "../../../text/counted.js";

type Sides = readonly [top: number, left: number, bottom: number, right: number];

/** Reads the padding: for the layer, if it is equal on opposite sides; otherwise as sides that must be padded first. */
function readPadding(node: NodeImport): {
  readonly padding: readonly [number, number] | "same";
  readonly before?: Sides;
} {
  const auto = node.text("auto_pad", "NOTSET");
  const isStride1 = node.pair("strides", 1).every((stride) => stride === 1);
  if (auto === "SAME_UPPER" && isStride1 && node.node.operator.endsWith("Conv")) return { padding: "same" };
  if (auto !== "NOTSET" && auto !== "VALID") return unsupported(`its auto_pad ${auto} is not supported here`);
  const pads = (auto === "VALID" ? undefined : node.numbers("pads")) ?? [0, 0, 0, 0];
  if (pads.length !== 4) return unsupported("its pads are not four numbers, two per axis of an image");
  const [top, left, bottom, right] = pads as unknown as Sides;
  if (pads.some((size) => size < 0)) return unsupported("its pads are negative");
  return top === bottom && left === right
    ? { padding: [top, left] }
    : { padding: [0, 0], before: [top, left, bottom, right] };
}

/** Runs the layer, after padding its image if the sides are unequal. */
function padded(node: NodeImport, layer: Module, sides: Sides | undefined, value: number): Run {
  const run = node.run(layer);
  if (!sides) return run;
  const [top, left, bottom, right] = sides;
  const pads = { before: [0, 0, top, left], after: [0, 0, bottom, right], interior: [0, 0, 0, 0], value };
  return (input) => run(new Tensor(ops.pad(tensorInput(input).node, pads)));
}

const conv: Importer = (node) => {
  const weight = node.weight(1, "weight", [null, null, null, null]);
  const [outChannels, perGroup, ...kernelSize] = weight.shape as [number, number, number, number];
  const bias = node.has(2) ? node.weight(2, "bias", [outChannels]) : undefined;
  const groups = node.number("group", 1);
  const { padding, before } = readPadding(node);
  const layer = node.layer(() => {
    const [stride, dilation] = [node.pair("strides", 1), node.pair("dilations", 1)];
    const options = { stride, padding, dilation, groups, bias: bias !== undefined };
    const made = new Conv2d(perGroup * groups, outChannels, kernelSize, options);
    made.weight.setData(weight.data);
    if (bias) made.bias!.setData(bias.data);
    return made;
  });
  return padded(node, layer, before, 0);
};

/** onnxruntime's convolution fused with the activation after it. */
const fusedConv: Importer = (node) => {
  const activation = node.text("activation", "Relu");
  if (activation !== "Relu" || node.has(3)) return unsupported(`its fused ${activation} is not supported here`);
  const run = conv(node);
  return (input) => tensorInput(run(input)).relu();
};

const batchNorm: Importer = (node) => {
  const weight = (input: number, name: string): Float32Array => node.weight(input, name, [null]).data;
  const [scale, shift] = [weight(1, "scale"), weight(2, "B")];
  const [mean, variance] = [weight(3, "input_mean"), weight(4, "input_var")];
  const layer = node.layer(() => {
    // ONNX's momentum is the weight of the old statistics.
    const momentum = roundedFloat(1 - node.number("momentum", 0.9));
    const made = new BatchNorm2d(scale.length, { eps: roundedFloat(node.number("epsilon", 1e-5)), momentum });
    made.weight!.setData(scale);
    made.bias!.setData(shift);
    made.runningMean!.setData(mean);
    made.runningVar!.setData(variance);
    return made;
  });
  return node.run(layer);
};

/** Recovers the decimal number that a float32 was meant to be: 1e-5, not 0.000009999999747378752. */
function roundedFloat(value: number): number {
  return Number(value.toPrecision(6));
}

const gemm: Importer = (node) => {
  const isLayer = ["alpha", "beta"].every((name) => node.number(name, 1) === 1) && node.number("transA", 0) === 0;
  const isConstant = node.floats(1) !== undefined && (!node.has(2) || node.floats(2)?.shape.length === 1);
  if (isLayer && isConstant) return linear(node);
  const [alpha, beta] = [node.number("alpha", 1), node.number("beta", 1)];
  const [transA, transB] = [node.number("transA", 0) !== 0, node.number("transB", 0) !== 0];
  return (a, b, c) => {
    const left = transA ? tensorInput(a).t() : tensorInput(a);
    const product = left.matmul(transB ? tensorInput(b).t() : tensorInput(b)).mul(alpha);
    return c === undefined ? product : product.add(tensorInput(c).mul(beta));
  };
};

/** A matrix product with a constant becomes a fully connected layer. */
function linear(node: NodeImport): Run {
  const { shape, data } = node.weight(1, "B", [null, null]);
  const isTransposed = node.number("transB", 0) !== 0;
  const [rows, columns] = shape as [number, number];
  const [inFeatures, outFeatures] = isTransposed ? [columns, rows] : [rows, columns];
  const bias = node.has(2) ? node.weight(2, "C", [null]) : undefined;
  if (bias && bias.data.length !== outFeatures) return unsupported(`its C has ${counted(bias.data.length, "element")}`);
  const layer = node.layer(() => {
    const made = new Linear(inFeatures, outFeatures, { bias: bias !== undefined });
    made.weight.setData(isTransposed ? data : transposed(data, rows, columns));
    if (bias) made.bias!.setData(bias.data);
    return made;
  });
  return node.run(layer);
}

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: data.length }, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
}

const pool =
  (makePool: (node: NodeImport, padding: readonly [number, number]) => Module, outside: number): Importer =>
  (node) => {
    if (node.number("ceil_mode", 0) !== 0) return unsupported("its ceil_mode is not supported here");
    if (node.node.outputs.slice(1).some((name) => name !== ""))
      return unsupported("its output of indices is not supported here");
    const { padding, before } = readPadding(node);
    if (padding === "same") return unsupported("its auto_pad is not supported here");
    return padded(
      node,
      node.layer(() => makePool(node, padding)),
      before,
      outside,
    );
  };

const maxPool = pool((node, padding) => {
  const options = { stride: node.pair("strides", 1), padding, dilation: node.pair("dilations", 1) };
  return new MaxPool2d(node.pair("kernel_shape", 1), options);
}, -Infinity);

const averagePool: Importer = (node) => {
  const isUneven = readPadding(node).before !== undefined;
  const countIncludePad = node.number("count_include_pad", 0) !== 0;
  if (isUneven && !countIncludePad)
    return unsupported("its uneven pads without count_include_pad are not supported here");
  if (node.pair("dilations", 1).some((size) => size !== 1)) return unsupported("its dilations are not supported here");
  const make = (_: NodeImport, padding: readonly [number, number]): Module =>
    new AvgPool2d(node.pair("kernel_shape", 1), { stride: node.pair("strides", 1), padding, countIncludePad });
  return pool(make, 0)(node);
};

/** The ratio is an attribute before operator set 12, and a constant input from then on. */
const dropout: Importer = (node) => {
  const given = node.has(1) ? node.floats(1)?.data[0] : node.number("ratio", 0.5);
  if (given === undefined) return unsupported("its ratio is computed, not a constant");
  return node.run(node.layer(() => new Dropout(roundedFloat(given))));
};

/**
 * Up to operator set 12, all axes from `axis` on (default 1) are treated as one. Later, only `axis` counts (default:
 * the last).
 */
const softmax =
  (Layer: typeof Softmax | typeof LogSoftmax): Importer =>
  (node) => {
    const isOld = node.opset < 13;
    const axis = node.number("axis", isOld ? 1 : -1);
    const run = node.run(node.layer(() => new Layer(isOld ? 1 : axis)));
    if (!isOld) return run;
    return (input) => {
      const { shape } = tensorInput(input);
      const before = sizeOf(shape.slice(0, axis < 0 ? axis + shape.length : axis));
      return tensorInput(run(tensorInput(input).reshape(before, -1))).reshape(shape);
    };
  };

/** The layers that name their ONNX operator themselves: those without arguments. */
function plainLayers(): Record<string, Importer> {
  const classes = Object.values(nn).filter((value) => typeof value === "function");
  return Object.fromEntries(
    classes.flatMap((Layer) => {
      const operator = elsewhereOf(Layer)?.onnx;
      const make = (): Module => new (Layer as new () => Module)();
      const importer: Importer = (node) => node.run(node.layer(make));
      return operator === undefined ? [] : [[operator, importer] as const];
    }),
  );
}

export const layers: Readonly<Record<string, Importer>> = {
  ...plainLayers(),
  Conv: conv,
  "com.microsoft.FusedConv": fusedConv,
  BatchNormalization: batchNorm,
  Gemm: gemm,
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: (node) => node.run(node.layer(() => new AdaptiveAvgPool2d(1))),
  GlobalMaxPool: () => (input) => tensorInput(input).amax([2, 3], true),
  Dropout: dropout,
  Softmax: softmax(Softmax),
  LogSoftmax: softmax(LogSoftmax),
  Identity: () => (input) => (input instanceof Numbers ? input : tensorInput(input)),
};
