/** Functions whose results float32 rounds, for random views: what they compute, of which numbers, and how exactly. */
import type { Node } from "../graph/node.js";
import { applyOp, registry, type Op, type SampleInput } from "../graph/op.js";
import type { Shape } from "../graph/shape.js";
import * as ops from "../ops/index.js";
import type { Window } from "../ops/window.js";

export interface RandomFunction {
  /** `y` broadcasts to the shape of `x`. The axis is one of x. */
  readonly of: (x: Node, y: Node, axis: number) => Node;
  /** The numbers in x and in y, in [low, high). */
  readonly ranges: readonly [x: readonly [number, number], y?: readonly [number, number]];
  /** The largest error, as a part of the result plus 1. Default: some units of the last place. */
  readonly error?: number;
}

const float = (x: Node): Node => ops.cast(x, "float32");

/** Twice x as images whose channels are the second axis of x, in training, with the first elements of y as weights. */
function normalized(x: Node, y: Node): Node {
  const images = ops.expand(float(x), [2, ...x.shape.slice(-3)]);
  const first = ops.expand(float(y), images.shape);
  const perChannel = [0, 2, 3].reduce((part, axis) => ops.sliceAxis(part, axis, 0, 1), first);
  const weight = ops.reshape(perChannel, [images.shape[1]!]);
  const { mean, variance } = ops.batchMoments(images);
  // Channels may have the same number everywhere, so eps is not so small that it magnifies their rounding.
  return ops.batchNorm(images, weight, ops.mul(weight, ops.constant(0.5)), mean, variance, 0.25);
}

/** An elementwise op of one or two operands, of numbers from the ranges of its first sample. */
function elementwise(op: Op): [name: string, drawn: RandomFunction][] {
  const { inputs = [], attrs } = op.samples[0] ?? {};
  if (op.lowering.kind !== "elementwise" || op.elsewhere === "internal" || inputs.length > 2) return [];
  const rangeOf = (input: Shape | SampleInput): readonly [number, number] =>
    ("range" in input ? input.range : undefined) ?? [-2, 2];
  const ranges = inputs.map(rangeOf) as [readonly [number, number], (readonly [number, number])?];
  return [[op.name, { of: (...operands) => applyOp(op, operands.slice(0, inputs.length) as Node[], attrs), ranges }]];
}

const composed: Readonly<Record<string, RandomFunction>> = {
  // Powers of int32 are checked in random-integers.test.ts: a fraction is no int32.
  pow: {
    of: (x, y) => ops.pow(float(x), y),
    ranges: [
      [0.25, 2],
      [-2, 2],
    ],
  },
  "whole power": {
    of: (x, y) => ops.pow(x, ops.cast(y, "int32")),
    ranges: [
      [-3, 3],
      [0, 4],
    ],
  },
  noise: {
    of: (x) => ops.add(x, ops.random(ops.data(Int32Array.of(12, -7), [2], "int32"), x.shape)),
    ranges: [[-1, 1]],
  },
  mean: { of: (x, _, axis) => ops.mean(x, [axis]), ranges: [[-4, 4]] },
  variance: { of: (x, _, axis) => ops.variance(x, [axis], 0), ranges: [[-4, 4]] },
  argmax: { of: (x, _, axis) => ops.argmax(x, axis), ranges: [[-4, 4]] },
  softmax: { of: (x, _, axis) => ops.softmax(float(x), axis), ranges: [[-6, 6]] },
  logSoftmax: { of: (x, _, axis) => ops.logSoftmax(float(x), axis), ranges: [[-6, 6]] },
  batchNorm: {
    of: normalized,
    ranges: [
      [-4, 4],
      [-2, 2],
    ],
    error: 2e-5,
  },
};

export const functions: Readonly<Record<string, RandomFunction>> = {
  ...Object.fromEntries([...registry.values()].flatMap(elementwise)),
  ...composed,
};

/** Poolings of an image by a window, which float32 rounds unless they take the maximum. */
export const poolings: Readonly<Record<string, (x: Node, window: Window) => Node>> = {
  max: (x, window) => ops.maxPool2d(x, window),
  mean: (x, { kernel, stride, padding }) => ops.avgPool2d(x, { kernel, stride, padding, countIncludePad: true }),
  "mean of what is there": (x, { kernel, stride, padding }) =>
    ops.avgPool2d(x, { kernel, stride, padding, countIncludePad: false }),
  // Here the window's size is the size of the result.
  adaptive: (x, { kernel }) => ops.adaptiveAvgPool2d(x, kernel),
};

/** What precedes a pooling in many networks: a factor and a bias for each channel, here the same, and a ReLU. */
export function activated(image: Node, gate: Node): Node {
  return ops.relu(ops.add(ops.mul(image, gate), gate));
}
