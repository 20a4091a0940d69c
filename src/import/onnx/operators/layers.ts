/** Operators with weights or windows, which become layers of `nn`. So they can be trained, and appear in a summary. */
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  functional as F,
  Linear,
  LogSoftmax,
  Softmax,
  type Module,
} from "../../../nn/index.js";
import { elsewhereOf } from "../../../nn/elsewhere.js";
import * as nn from "../../../nn/index.js";
import { formatShape, sizeOf } from "../../../graph/shape.js";
import { Numbers } from "../values.js";
import { tensorInput, unsupported, type Importer, type NodeImport, type Run } from "../node-import.js";
import { resolved } from "./shapes.js";
import { averagePool, imageSize, maxPool, padImage, readWindow, symmetric } from "./windows.js";

const conv: Importer = (node) => {
  const isLayer = node.floats(1) !== undefined && (!node.has(2) || node.floats(2) !== undefined);
  return isLayer ? convLayer(node) : convFunction(node);
};

function convLayer(node: NodeImport): Run {
  const weight = node.weight(1, "weight", [null, null, null, null]);
  const [outChannels, perGroup, ...kernel] = weight.shape as [number, number, number, number];
  const bias = node.has(2) ? node.weight(2, "bias", [outChannels]) : undefined;
  const groups = node.number("group", 1);
  checkKernel(node, kernel);
  const window = readWindow(node, kernel);
  const { stride, dilation } = window;
  const padding = symmetric(window);
  const layer = node.layer(() => {
    const options = { stride, padding: padding ?? 0, dilation, groups, bias: bias !== undefined };
    const made = new Conv2d(perGroup * groups, outChannels, kernel, options);
    made.weight.setData(weight.data);
    if (bias) made.bias!.setData(bias.data);
    return made;
  });
  const run = node.run(layer);
  if (padding) return run;
  return (input) => {
    const x = tensorInput(input);
    return run(padImage(x, window.sidesFor(imageSize(x)), 0));
  };
}

/** A convolution whose weight or bias the graph computes. */
function convFunction(node: NodeImport): Run {
  const groups = node.number("group", 1);
  const shape = node.numbers("kernel_shape");
  const readFor = (kernel: readonly [number, number]) => readWindow(node, kernel);
  readFor([1, 1]);
  return (input, weight, bias) => {
    const [x, w] = [tensorInput(input), tensorInput(weight)];
    const kernel = imageSize(w);
    if (shape && shape.join() !== kernel.join()) return unsupported("its kernel_shape is not its weight's");
    const window = readFor(kernel);
    const { stride, dilation } = window;
    const padded = padImage(x, window.sidesFor(imageSize(x)), 0);
    return F.conv2d(padded, w, bias === undefined ? null : tensorInput(bias), { stride, dilation, groups });
  };
}

function checkKernel(node: NodeImport, kernel: readonly number[]): void {
  const shape = node.numbers("kernel_shape");
  if (shape && shape.join() !== kernel.join()) unsupported("its kernel_shape is not its weight's");
}

/** onnxruntime's convolution fused with the activation after it. */
const fusedConv: Importer = (node) => {
  const activation = node.text("activation", "");
  if (!["Relu", ""].includes(activation)) return unsupported(`its fused ${activation} is not supported here`);
  if (node.has(3)) return unsupported("its fused addition is not supported here");
  const run = conv(node);
  return activation === "" ? run : (...inputs) => tensorInput(run(...inputs)).relu();
};

const batchNorm: Importer = (node) => {
  const weight = (input: number, name: string): Float32Array => node.weight(input, name, [null]).data;
  const [scale, shift] = [weight(1, "scale"), weight(2, "B")];
  const [mean, variance] = [weight(3, "input_mean"), weight(4, "input_var")];
  // ONNX's momentum is the weight of the old statistics.
  const momentum = roundedFloat(1 - node.number("momentum", 0.9));
  const eps = roundedFloat(node.number("epsilon", 1e-5));
  if (node.number("spatial", 1) !== 1) return unsupported("its statistics for each pixel are not supported here");
  // Before operator set 14, whoever asked for the statistics was training.
  const isTraining = node.number("training_mode", 0) !== 0 || (node.opset < 14 && node.node.outputs.length > 1);
  const layer = node.layer(() => {
    const made = new BatchNorm2d(scale.length, { eps, momentum });
    made.weight!.setData(scale);
    made.bias!.setData(shift);
    made.runningMean!.setData(mean);
    made.runningVar!.setData(variance);
    return made.train(isTraining);
  });
  return node.run(layer);
};

/** Recovers the decimal number that a float32 was meant to be: 1e-5, not 0.000009999999747378752. */
function roundedFloat(value: number): number {
  return Number(value.toPrecision(6));
}

const gemm: Importer = (node) => {
  const isLayer = ["alpha", "beta"].every((name) => node.number(name, 1) === 1) && node.number("transA", 0) === 0;
  const columns = node.floats(1)?.shape[node.number("transB", 0) === 0 ? 1 : 0];
  const isMatrix = node.floats(1)?.shape.length === 2;
  const isBias = !node.has(2) || (node.floats(2)?.shape.length === 1 && node.floats(2)?.shape[0] === columns);
  if (isLayer && isMatrix && isBias) return linear(node);
  const [alpha, beta] = [node.number("alpha", 1), node.number("beta", 1)];
  const [transA, transB] = [node.number("transA", 0) !== 0, node.number("transB", 0) !== 0];
  return (a, b, c) => {
    const [first, second] = [tensorInput(a), tensorInput(b)];
    if (first.ndim !== 2 || second.ndim !== 2) {
      return unsupported(
        `its A and B have the shapes ${formatShape(first.shape)} and ${formatShape(second.shape)}, not [*,*]`,
      );
    }
    const product = (transA ? first.t() : first).matmul(transB ? second.t() : second).mul(alpha);
    // C is repeated to the product's shape, and must not make it larger. With beta 0 it is not read, even if it is NaN.
    return c === undefined || beta === 0
      ? product
      : product.add(
          tensorInput(c)
            .mul(beta)
            .expand(...product.shape),
        );
  };
};

/** A matrix product with a constant becomes a fully connected layer. */
function linear(node: NodeImport): Run {
  const { shape, data } = node.weight(1, "B", [null, null]);
  const isTransposed = node.number("transB", 0) !== 0;
  const [rows, columns] = shape as [number, number];
  const [inFeatures, outFeatures] = isTransposed ? [columns, rows] : [rows, columns];
  const bias = node.has(2) ? node.weight(2, "C", [null]) : undefined;
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

/** The ratio is an attribute before operator set 12, and a constant input from then on. */
const dropout: Importer = (node) => {
  const given = node.has(1) ? node.floats(1)?.data[0] : node.number("ratio", 0.5);
  if (given === undefined) return unsupported("its ratio is computed, not a constant");
  const mode = node.has(2) ? (node.constant(2) ?? unsupported("its training_mode is computed, not a constant")) : false;
  node.ignore("seed");
  const isTraining = mode instanceof Numbers && mode.values[0] !== 0;
  return node.run(node.layer(() => new Dropout(roundedFloat(given)).train(isTraining)));
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
      const at = resolved(axis, shape.length);
      const rows = tensorInput(input).reshape(sizeOf(shape.slice(0, at)), sizeOf(shape.slice(at)));
      return tensorInput(run(rows)).reshape(shape);
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
  GlobalMaxPool: () => (input) => {
    const x = tensorInput(input);
    imageSize(x);
    return x.amax([2, 3], true);
  },
  Dropout: dropout,
  Softmax: softmax(Softmax),
  LogSoftmax: softmax(LogSoftmax),
  Identity: () => (input) => (input instanceof Numbers ? input : tensorInput(input)),
};
