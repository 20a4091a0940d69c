/**
 * Two-dimensional pooling over windows, in each channel separately: the largest element (padding counts as −∞) and the
 * mean (padding counts as 0), with their gradients. Output sizes are rounded down, as is PyTorch's default. PyTorch:
 * `torch.nn.functional.max_pool2d`, `avg_pool2d`.
 */
import { ArgumentError } from "../errors/errors.js";
import type { Node } from "../graph/node.js";
import { formatShape, requireShape, sizeOf, type Pair, type Shape } from "../graph/shape.js";
import { defineOp, opFunction, type OpBuilder, type Sample, type Value } from "../graph/op.js";
import {
  questionTuple,
  requireFloat,
  requireImage,
  windowOutput,
  windowTaps,
  type Tap,
  type Window,
} from "./window.js";

export type MaxPoolAttrs = Window;

export interface AvgPoolAttrs {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  /** Whether padding counts in the mean's divisor. */
  readonly countIncludePad: boolean;
}

export interface AvgPoolGradientAttrs extends AvgPoolAttrs {
  readonly inputShape: Shape;
  /** Set by the compiler once the division has been done. What is left is the gradient of a sum over windows. */
  readonly sumOnly?: true;
}

/**
 * Samples of windows: the common 2×2, overlapping ones, ones that leave a remainder, not square, padded, a batch of
 * one.
 */
const cases: readonly { x: Shape; kernel: Pair; stride: Pair; padding: Pair }[] = [
  { x: [2, 4, 6, 4], kernel: [2, 2], stride: [2, 2], padding: [0, 0] },
  { x: [2, 3, 5, 7], kernel: [2, 2], stride: [2, 2], padding: [0, 0] },
  { x: [1, 5, 6, 5], kernel: [3, 3], stride: [1, 1], padding: [1, 1] },
  { x: [3, 1, 7, 6], kernel: [3, 2], stride: [2, 3], padding: [1, 1] },
  { x: [1, 6, 4, 3], kernel: [4, 3], stride: [4, 3], padding: [0, 0] },
  { x: [2, 2, 5, 9], kernel: [1, 4], stride: [1, 2], padding: [0, 2] },
  { x: [1, 7, 5, 3], kernel: [1, 1], stride: [3, 2], padding: [0, 0] },
];

const maxPool2dOp: OpBuilder<MaxPoolAttrs> = defineOp({
  name: "maxPool2d",
  infer: ([x], attrs) => {
    requireImage("maxPool2d", "input", x!);
    return { shape: pooledShape("maxPool2d", x!.shape, attrs), dtype: "float32" };
  },
  reference: ([x], attrs, { shape }) => {
    const y = new Float64Array(sizeOf(shape)).fill(-Infinity);
    forEachLargest(x!, shape, attrs, (from, to) => (y[to] = x!.data[from]!));
    return y;
  },
  gradient: ({ inputs: [x], attrs }, grad) => [maxPool2dGradient(x!, grad, attrs)],
  lowering: { kind: "kernel" },
  samples: maxSamples((x, _, attrs) => ({ inputs: [x], attrs })),
  torch: (attrs) => `torch.nn.functional.max_pool2d(x[0], ${maxArguments(attrs)})`,
});

const maxPool2dGradientOp: OpBuilder<MaxPoolAttrs> = defineOp({
  name: "maxPool2dGradient",
  elsewhere: "internal",
  infer: ([x, g], attrs) => {
    requireImage("maxPool2dGradient", "input", x!);
    requireOutput("maxPool2dGradient", g!, x!.shape, attrs);
    return { shape: x!.shape, dtype: "float32" };
  },
  reference: ([x, g], attrs, { shape }) => {
    const dx = new Float64Array(sizeOf(shape));
    forEachLargest(x!, g!.shape, attrs, (to, from) => (dx[to]! += g!.data[from]!));
    return dx;
  },
  gradient: () => [null, null],
  gradientCaveat: "backward() builds gradients under noGrad(), so nothing differentiates this one",
  lowering: { kind: "kernel" },
  samples: maxSamples((x, y, attrs) => ({ inputs: [x, y], attrs })),
  torch: (attrs) =>
    `(lambda z: torch.autograd.grad(torch.nn.functional.max_pool2d(z, ${maxArguments(attrs)}), z, x[1].detach())[0])` +
    `(x[0].detach().requires_grad_())`,
});

const avgPool2dOp: OpBuilder<AvgPoolAttrs> = defineOp({
  name: "avgPool2d",
  infer: ([x], attrs) => {
    requireImage("avgPool2d", "input", x!);
    return { shape: pooledShape("avgPool2d", x!.shape, undilated(attrs)), dtype: "float32" };
  },
  reference: ([x], attrs, { shape }) => {
    const y = new Float64Array(sizeOf(shape));
    forEachMeanTerm(x!.shape, shape, attrs, (from, to, divisor) => (y[to]! += x!.data[from]! / divisor));
    return y;
  },
  gradient: ({ inputs: [x], attrs }, grad) => [avgPool2dGradient(grad, { ...attrs, inputShape: x!.shape })],
  lowering: { kind: "kernel" },
  samples: avgSamples((x, _, attrs) => ({ inputs: [x], attrs })),
  torch: (attrs) => `torch.nn.functional.avg_pool2d(x[0], ${avgArguments(attrs)})`,
});

const avgPool2dGradientOp: OpBuilder<AvgPoolGradientAttrs> = defineOp({
  name: "avgPool2dGradient",
  elsewhere: "internal",
  infer: ([g], attrs) => {
    requireOutput("avgPool2dGradient", g!, attrs.inputShape, undilated(attrs));
    return { shape: attrs.inputShape, dtype: "float32" };
  },
  reference: ([g], attrs, { shape }) => {
    const dx = new Float64Array(sizeOf(shape));
    forEachMeanTerm(shape, g!.shape, attrs, (to, from, divisor) => {
      dx[to]! += g!.data[from]! / (attrs.sumOnly ? 1 : divisor);
    });
    return dx;
  },
  gradient: ({ attrs: { kernel, stride, padding, countIncludePad } }, grad) => [
    avgPool2d(grad, { kernel, stride, padding, countIncludePad }),
  ],
  lowering: { kind: "kernel" },
  samples: avgSamples((x, y, attrs) => ({ inputs: [y], attrs: { ...attrs, inputShape: x } })),
  torch: (attrs) =>
    `(lambda z: torch.autograd.grad(torch.nn.functional.avg_pool2d(z, ${avgArguments(attrs)}), z, x[0], ` +
    `create_graph=True)[0])(torch.zeros(${questionTuple(attrs.inputShape)}, dtype=x[0].dtype, requires_grad=True))`,
});

/** The largest element of each window of x [N,C,H,W], as [N,C,OH,OW]. */
export const maxPool2d = opFunction(maxPool2dOp, (x: Node, attrs: MaxPoolAttrs): Node => maxPool2dOp([x], attrs));

/**
 * Returns dx [N,C,H,W] for x and g [N,C,OH,OW] (the gradient of y): the first largest element of each window gets its
 * g. In a window with NaN it is a NaN, the first or, as in PyTorch, the last.
 */
export const maxPool2dGradient = opFunction(maxPool2dGradientOp, (x: Node, g: Node, attrs: MaxPoolAttrs): Node =>
  maxPool2dGradientOp([x, g], attrs),
);

/** The mean of each window of x [N,C,H,W], as [N,C,OH,OW]. */
export const avgPool2d = opFunction(avgPool2dOp, (x: Node, attrs: AvgPoolAttrs): Node => avgPool2dOp([x], attrs));

/** Returns dx [N,C,H,W] for g [N,C,OH,OW] (the gradient of y). */
export const avgPool2dGradient = opFunction(avgPool2dGradientOp, (g: Node, attrs: AvgPoolGradientAttrs): Node =>
  avgPool2dGradientOp([g], attrs),
);

function undilated({ kernel, stride, padding }: AvgPoolAttrs): Window {
  return { kernel, stride, padding, dilation: [1, 1] };
}

function pooledShape(op: string, x: Shape, window: Window): number[] {
  const spatial = windowOutput(op, x, window);
  if (window.padding.some((padding, axis) => padding > window.kernel[axis]! / 2)) {
    throw new ArgumentError({
      op,
      problem: `padding [${window.padding.join(",")}] is more than half of the kernel [${window.kernel.join(",")}]`,
      hint: "use less padding, so that every window sees a part of the image",
    });
  }
  return [x[0]!, x[1]!, ...spatial];
}

function requireOutput(op: string, g: Node, x: Shape, window: Window): void {
  requireFloat(op, "gradient", g);
  requireShape(
    op,
    g.shape,
    pooledShape(op, x, window),
    () => `a gradient of shape ${formatShape(g.shape)} does not fit input ${formatShape(x)}`,
  );
}

/** The taps of each window, in the order of the outputs in a plane. */
function windows(x: Shape, y: Shape, window: Window): Tap[][] {
  const list = Array.from({ length: y[2]! * y[3]! }, (): Tap[] => []);
  for (const tap of windowTaps([x[2]!, x[3]!], [y[2]!, y[3]!], window)) list[tap.output]!.push(tap);
  return list;
}

/**
 * For every output, visits the position in x of the first largest element in its window. As in PyTorch, NaN is the
 * largest, and if there are several, the last one counts. A dilated window over a tiny image may see nothing, and is
 * left out.
 */
function forEachLargest(x: Value, y: Shape, window: Window, visit: (x: number, y: number) => void): void {
  const inside = windows(x.shape, y, window);
  const plane = x.shape[2]! * x.shape[3]!;
  for (let c = 0; c < x.shape[0]! * x.shape[1]!; c++) {
    for (const [at, taps] of inside.entries()) {
      if (taps.length === 0) continue;
      let best = c * plane + taps[0]!.image;
      for (const tap of taps) {
        const value = x.data[c * plane + tap.image]!;
        if (value > x.data[best]! || Number.isNaN(value)) best = c * plane + tap.image;
      }
      visit(best, c * inside.length + at);
    }
  }
}

/** Visits the positions in x and y of every term of every mean, with the divisor. */
function forEachMeanTerm(
  x: Shape,
  y: Shape,
  attrs: AvgPoolAttrs,
  visit: (x: number, y: number, divisor: number) => void,
): void {
  const inside = windows(x, y, undilated(attrs));
  const plane = x[2]! * x[3]!;
  for (let c = 0; c < x[0]! * x[1]!; c++) {
    for (const [at, taps] of inside.entries()) {
      const divisor = attrs.countIncludePad ? attrs.kernel[0] * attrs.kernel[1] : taps.length;
      for (const tap of taps) visit(c * plane + tap.image, c * inside.length + at, divisor);
    }
  }
}

function maxArguments({ kernel, stride, padding, dilation }: MaxPoolAttrs): string {
  const shown = { kernel_size: kernel, stride, padding, dilation };
  return Object.entries(shown)
    .map(([name, pair]) => `${name}=${questionTuple(pair)}`)
    .join(", ");
}

function avgArguments({ kernel, stride, padding, countIncludePad }: AvgPoolAttrs): string {
  const shown = { kernel_size: kernel, stride, padding };
  const pairs = Object.entries(shown).map(([name, pair]) => `${name}=${questionTuple(pair)}`);
  return [...pairs, `count_include_pad=${countIncludePad ? "True" : "False"}`].join(", ");
}

/** Makes a sample of an op for each window; `make` gets the shapes of x and y. */
function maxSamples<A>(make: (x: Shape, y: Shape, attrs: MaxPoolAttrs) => Sample<A>): Sample<A>[] {
  const dilated: MaxPoolAttrs = { kernel: [2, 3], stride: [1, 2], padding: [1, 1], dilation: [3, 2] };
  const plain = cases.map(({ x, kernel, stride, padding }) => {
    const attrs: MaxPoolAttrs = { kernel, stride, padding, dilation: [1, 1] };
    return make(x, pooledShape("maxPool2d", x, attrs), attrs);
  });
  return [...plain, make([2, 3, 6, 8], pooledShape("maxPool2d", [2, 3, 6, 8], dilated), dilated)];
}

function avgSamples<A>(make: (x: Shape, y: Shape, attrs: AvgPoolAttrs) => Sample<A>): Sample<A>[] {
  return cases.flatMap(({ x, kernel, stride, padding }) =>
    (padding[0] + padding[1] > 0 ? [true, false] : [true]).map((countIncludePad) => {
      const attrs: AvgPoolAttrs = { kernel, stride, padding, countIncludePad };
      return make(x, pooledShape("avgPool2d", x, undilated(attrs)), attrs);
    }),
  );
}
