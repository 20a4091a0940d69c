/**
 * Ops that normalise over axes: softmax, its logarithm, and batch normalisation. Each is composed of simpler ops, but
 * has its own gradient, which needs fewer passes over the data than the gradients of those ops.
 */
import type { Node } from "../graph/node.js";
import { formatShape, reducedShape, requireShape, resolveAxis, sizeOf, type Shape } from "../graph/shape.js";
import { add, div, mul, sub } from "./arithmetic.js";
import { constant } from "./leaf.js";
import { defineOp, opFunction, type OpBuilder, type Sample, type Value } from "../graph/op.js";
import { exp, log, rsqrt } from "./pointwise.js";
import { amax, mean, sum } from "./reduce.js";
import { reshape } from "./view.js";
import { requireFloat, requireImage } from "./window.js";

export interface SoftmaxAttrs {
  readonly axis: number;
}

export interface BatchNormAttrs {
  readonly eps: number;
  /** The axes over which the statistics are taken. */
  readonly axes: readonly number[];
  /** Whether the inputs end with a weight and a bias, in this order. */
  readonly weight: boolean;
  readonly bias: boolean;
}

/**
 * Mean and biased variance [1,C,1,1] of each channel of x [N,C,H,W]. There are two levels, so that nothing cancels and
 * a pass over the batch needs only one image at a time: first each image's mean and its squared deviations M2ᵢ, then
 * var = (Σ M2ᵢ + hw·Σ (meanᵢ − mean)²) / (N·hw) over the images. Chan, Golub and LeVeque 1983.
 */
export function batchMoments(x: Node): { mean: Node; variance: Node } {
  requireImage("batchMoments", "input", x);
  const area = x.shape[2]! * x.shape[3]!;
  const imageMean = mean(x, [2, 3]);
  const within = sum(square(sub(x, imageMean)), [2, 3]);
  const batchMean = mean(imageMean, [0]);
  const between = sum(square(sub(imageMean, batchMean)), [0]);
  const deviations = add(sum(within, [0]), mul(between, constant(area)));
  return { mean: batchMean, variance: div(deviations, constant(area * x.shape[0]!)) };
}

function square(x: Node): Node {
  return mul(x, x);
}

/** Samples along the last axis, the first one and one in between; a single element; logits whose exp() overflows. */
const softmaxSamples: readonly Sample<SoftmaxAttrs>[] = [
  { inputs: [[5, 10]], attrs: { axis: 1 } },
  { inputs: [[7, 3]], attrs: { axis: 0 } },
  { inputs: [[2, 5, 3, 2]], attrs: { axis: 1 } },
  { inputs: [[1, 1]], attrs: { axis: 1 } },
  { inputs: [[13]], attrs: { axis: 0 } },
  { inputs: [{ shape: [2, 3], values: [1000, 1001, 999, -1000, -1000.5, -998] }], attrs: { axis: 1 } },
];

function inferSoftmax(op: string, x: Node, { axis }: SoftmaxAttrs): { shape: Shape; dtype: "float32" } {
  requireFloat(op, "input", x);
  resolveAxis(op, axis, x.shape.length);
  return { shape: x.shape, dtype: "float32" };
}

const softmaxOp: OpBuilder<SoftmaxAttrs> = defineOp({
  name: "softmax",
  infer: ([x], attrs) => inferSoftmax("softmax", x!, attrs),
  reference: ([x], { axis }) => alongAxis(x!, axis, (value, total) => Math.exp(value - total)),
  gradient: (y, grad) => {
    const weighted = mul(grad, y);
    return [sub(weighted, mul(y, sum(weighted, [y.attrs.axis])))];
  },
  lowering: {
    kind: "composite",
    build: ([x], { axis }) => {
      const powers = exp(sub(x!, amax(x!, [axis])));
      return div(powers, sum(powers, [axis]));
    },
  },
  samples: softmaxSamples,
  torch: ({ axis }) => `torch.softmax(x[0], ${axis})`,
});

const logSoftmaxOp: OpBuilder<SoftmaxAttrs> = defineOp({
  name: "logSoftmax",
  infer: ([x], attrs) => inferSoftmax("logSoftmax", x!, attrs),
  reference: ([x], { axis }) => alongAxis(x!, axis, (value, total) => value - total),
  gradient: (y, grad) => [sub(grad, mul(exp(y), sum(grad, [y.attrs.axis])))],
  lowering: {
    kind: "composite",
    build: ([x], { axis }) => {
      const shifted = sub(x!, amax(x!, [axis]));
      return sub(shifted, log(sum(exp(shifted), [axis])));
    },
  },
  samples: softmaxSamples,
  torch: ({ axis }) => `torch.log_softmax(x[0], ${axis})`,
});

/** exp(x) divided by its sum along an axis. PyTorch: `torch.softmax`. */
export const softmax = opFunction(softmaxOp, (x: Node, axis: number): Node => softmaxOp([x], { axis }));

/** log(softmax(x)), computed without the division. PyTorch: `torch.log_softmax`. */
export const logSoftmax = opFunction(logSoftmaxOp, (x: Node, axis: number): Node => logSoftmaxOp([x], { axis }));

/** Applies `f` to each element x and the log-sum-exp of all elements on its line along an axis. */
function alongAxis(x: Value, axis: number, f: (value: number, logTotal: number) => number): Float64Array {
  const step = sizeOf(x.shape.slice(axis + 1));
  const block = step * x.shape[axis]!;
  const result = new Float64Array(x.data.length);
  for (let first = 0; first < x.data.length; first++) {
    if (first % block >= step) continue;
    const places = Array.from({ length: x.shape[axis]! }, (_, i) => first + i * step);
    const largest = Math.max(...places.map((at) => x.data[at]!));
    const total = places.reduce((part, at) => part + Math.exp(x.data[at]! - largest), 0);
    for (const at of places) result[at] = f(x.data[at]!, largest + Math.log(total));
  }
  return result;
}

const batchNormOp: OpBuilder<BatchNormAttrs> = defineOp({
  name: "batchNorm",
  elsewhere: { pytorch: null },
  infer: ([x, ...perChannel], { axes }) => {
    requireFloat("batchNorm", "input", x!);
    const expected = reducedShape(x!.shape, axes, true);
    for (const node of perChannel) requireStatistic(node, expected, x!.shape);
    return { shape: x!.shape, dtype: "float32" };
  },
  // This uses x's own statistics and not the inputs mean and variance, which must be the same. So finite differences of
  // this function see how the statistics depend on x, as the gradient does.
  reference: ([x, , , ...affine], attrs) => {
    const weight = attrs.weight ? affine[0]! : undefined;
    const bias = attrs.bias ? affine[affine.length - 1]! : undefined;
    const step = sizeOf(x!.shape.slice(2));
    const channelOf = (at: number): number => Math.floor(at / step) % x!.shape[1]!;
    const statistics = channelStatistics(x!.data, x!.shape[1]!, channelOf);
    return x!.data.map((value, at) => {
      const c = channelOf(at);
      const normal = (value - statistics[c]!.mean) / Math.sqrt(statistics[c]!.variance + attrs.eps);
      return normal * (weight?.data[c] ?? 1) + (bias?.data[c] ?? 0);
    });
  },
  // With n elements in a channel, c = x − mean and r = 1/√(var + eps):
  // dx = (g − Σg/n − c·r²·Σ(g·c)/n)·weight·r, dweight = r·Σ(g·c), dbias = Σg. Ioffe and Szegedy 2015, section 3.
  gradient: ({ inputs: [x, mean, variance, ...affine], attrs }, grad) => {
    const rstd = rsqrt(add(variance!, constant(attrs.eps)));
    const centered = sub(x!, mean!);
    const sumG = sum(grad, attrs.axes);
    const sumGX = sum(mul(grad, centered), attrs.axes);
    const perElement = constant(1 / sizeOf(attrs.axes.map((axis) => x!.shape[axis]!)));
    const slope = mul(mul(rstd, rstd), mul(sumGX, perElement));
    const inner = sub(sub(grad, mul(sumG, perElement)), mul(centered, slope));
    const dx = mul(inner, attrs.weight ? mul(affine[0]!, rstd) : rstd);
    return [dx, null, null, ...(attrs.weight ? [mul(sumGX, rstd)] : []), ...(attrs.bias ? [sumG] : [])];
  },
  lowering: {
    kind: "composite",
    build: ([x, mean, variance, ...affine], attrs) => {
      const rstd = rsqrt(add(variance!, constant(attrs.eps)));
      const scaled = mul(sub(x!, mean!), attrs.weight ? mul(rstd, affine[0]!) : rstd);
      return attrs.bias ? add(scaled, affine[affine.length - 1]!) : scaled;
    },
  },
  samples: [
    batchNormSample([3, 5, 4, 3], { eps: 1e-5, weight: true, bias: true }),
    batchNormSample([1, 8, 2, 5], { eps: 1e-3, weight: false, bias: false }),
    batchNormSample([4, 1, 3, 3], { eps: 1e-5, weight: true, bias: false }),
    batchNormSample([7, 6, 1, 1], { eps: 0.1, weight: false, bias: true }),
  ],
  torch: ({ eps, weight, bias }) =>
    `torch.nn.functional.batch_norm(x[0], None, None, ${weight ? "x[3].flatten()" : "None"}, ` +
    `${bias ? "x[-1].flatten()" : "None"}, True, 0.1, ${eps})`,
});

/**
 * (x − mean) / √(variance + eps) · weight + bias for x [N,C,H,W] and weight and bias [C] or null. Mean and variance
 * [1,C,1,1] must be those of x itself, from `batchMoments(x)`, because the gradient relies on it. PyTorch:
 * `torch.nn.functional.batch_norm` in training.
 */
export const batchNorm = opFunction(
  batchNormOp,
  (x: Node, weight: Node | null, bias: Node | null, mean: Node, variance: Node, eps: number): Node => {
    requireImage("batchNorm", "input", x);
    const given = [weight, bias].filter((node) => node !== null);
    const affine = given.map((node) => reshape(node, [1, ...node.shape, 1, 1]));
    const attrs = { eps, axes: [0, 2, 3], weight: weight !== null, bias: bias !== null };
    return batchNormOp([x, mean, variance, ...affine], attrs);
  },
);

function requireStatistic(node: Node, expected: Shape, input: Shape): void {
  requireFloat("batchNorm", "a statistic, weight or bias", node);
  requireShape(
    "batchNorm",
    node.shape,
    expected,
    () => `${formatShape(node.shape)} does not fit the channels of input ${formatShape(input)}`,
  );
}

/** The mean and biased variance of each channel. */
function channelStatistics(
  elements: ArrayLike<number>,
  channels: number,
  channelOf: (at: number) => number,
): { mean: number; variance: number }[] {
  return Array.from({ length: channels }, (_, c) => {
    const own = Array.from(elements).filter((_, at) => channelOf(at) === c);
    const mean = own.reduce((total, value) => total + value, 0) / own.length;
    const variance = own.reduce((total, value) => total + (value - mean) ** 2, 0) / own.length;
    return { mean, variance };
  });
}

/**
 * Returns x of this shape [N,C,H,W] with irregular elements (quarters, exact in float32), and its true mean and
 * variance.
 */
function batchNormSample(shape: Shape, given: Omit<BatchNormAttrs, "axes">): Sample<BatchNormAttrs> {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => ((i * i * 7 + i * 5) % 23) / 4 - 2);
  const step = sizeOf(shape.slice(2));
  const statistics = channelStatistics(values, shape[1]!, (at) => Math.floor(at / step) % shape[1]!);
  const perChannel = [1, shape[1]!, 1, 1];
  return {
    inputs: [
      { shape, values },
      { shape: perChannel, values: statistics.map((channel) => channel.mean) },
      { shape: perChannel, values: statistics.map((channel) => channel.variance) },
      ...[given.weight, given.bias].filter((present) => present).map(() => perChannel),
    ],
    attrs: { ...given, axes: [0, 2, 3] },
  };
}
