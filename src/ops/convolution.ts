/**
 * Two-dimensional convolution (strictly speaking cross-correlation, as in PyTorch) and its two gradients. All three are
 * the same sum, `y[n,o,i,j] += x[n,c,i·s−p+k·d,…] · w[o,c,k,…]`, read in three directions, so each is the gradient of
 * the others, to any order. Group g connects its share of the input channels to its share of the output channels.
 * PyTorch: `torch.nn.functional.conv2d`, `torch.nn.grad.conv2d_input`, `torch.nn.grad.conv2d_weight`.
 */
import { ShapeError } from "../errors/errors.js";
import type { Node } from "../graph/node.js";
import { formatShape, requireShape, sizeOf, type Pair, type Shape } from "../graph/shape.js";
import { defineOp, opFunction, type OpBuilder, type Sample } from "../graph/op.js";
import { questionTuple, requireFloat, requireImage, windowOutput, windowTaps } from "./window.js";
import { counted } from "../text/counted.js";

export interface ConvolutionAttrs {
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly groups: number;
}

export interface ConvolutionInputGradientAttrs extends ConvolutionAttrs {
  readonly inputShape: Shape;
}

export interface ConvolutionWeightGradientAttrs extends ConvolutionAttrs {
  readonly weightShape: Shape;
}

const conv2dOp: OpBuilder<ConvolutionAttrs> = defineOp({
  name: "conv2d",
  infer: ([x, w], attrs) => {
    requireImage("conv2d", "input", x!);
    requireImage("conv2d", "weight", w!, "[O,C/groups,KH,KW]");
    return { shape: outputShape("conv2d", x!.shape, w!.shape, attrs), dtype: "float32" };
  },
  reference: ([x, w], attrs, { shape }) => {
    const y = new Float64Array(sizeOf(shape));
    forEachProduct(x!.shape, w!.shape, shape, attrs, (xi, wi, yi) => (y[yi]! += x!.data[xi]! * w!.data[wi]!));
    return y;
  },
  gradient: ({ inputs: [x, w], attrs }, grad) => [
    conv2dInputGradient(grad, w!, { ...attrs, inputShape: x!.shape }),
    conv2dWeightGradient(x!, grad, { ...attrs, weightShape: w!.shape }),
  ],
  lowering: { kind: "kernel" },
  samples: samples((x, w, _, attrs) => ({ inputs: [x, w], attrs })),
  torch: (attrs) => `torch.nn.functional.conv2d(x[0], x[1], ${pythonArguments(attrs)})`,
});

const conv2dInputGradientOp: OpBuilder<ConvolutionInputGradientAttrs> = defineOp({
  name: "conv2dInputGradient",
  elsewhere: "internal",
  infer: ([g, w], attrs) => {
    requireImage("conv2dInputGradient", "weight", w!, "[O,C/groups,KH,KW]");
    requireOutput("conv2dInputGradient", g!, attrs.inputShape, w!.shape, attrs);
    return { shape: attrs.inputShape, dtype: "float32" };
  },
  reference: ([g, w], attrs, { shape }) => {
    const dx = new Float64Array(sizeOf(shape));
    forEachProduct(shape, w!.shape, g!.shape, attrs, (xi, wi, yi) => (dx[xi]! += g!.data[yi]! * w!.data[wi]!));
    return dx;
  },
  gradient: ({ inputs: [g, w], attrs }, grad) => [
    conv2d(grad, w!, convolutionOf(attrs)),
    conv2dWeightGradient(grad, g!, { ...convolutionOf(attrs), weightShape: w!.shape }),
  ],
  lowering: { kind: "kernel" },
  samples: samples((x, w, y, attrs) => ({ inputs: [y, w], attrs: { ...attrs, inputShape: x } })),
  torch: (attrs) =>
    `torch.nn.grad.conv2d_input(${questionTuple(attrs.inputShape)}, x[1], x[0], ${pythonArguments(attrs)})`,
});

const conv2dWeightGradientOp: OpBuilder<ConvolutionWeightGradientAttrs> = defineOp({
  name: "conv2dWeightGradient",
  elsewhere: "internal",
  infer: ([x, g], attrs) => {
    requireImage("conv2dWeightGradient", "input", x!);
    requireOutput("conv2dWeightGradient", g!, x!.shape, attrs.weightShape, attrs);
    return { shape: attrs.weightShape, dtype: "float32" };
  },
  reference: ([x, g], attrs, { shape }) => {
    const dw = new Float64Array(sizeOf(shape));
    forEachProduct(x!.shape, shape, g!.shape, attrs, (xi, wi, yi) => (dw[wi]! += x!.data[xi]! * g!.data[yi]!));
    return dw;
  },
  gradient: ({ inputs: [x, g], attrs }, grad) => [
    conv2dInputGradient(g!, grad, { ...convolutionOf(attrs), inputShape: x!.shape }),
    conv2d(x!, grad, convolutionOf(attrs)),
  ],
  lowering: { kind: "kernel" },
  samples: samples((x, w, y, attrs) => ({ inputs: [x, y], attrs: { ...attrs, weightShape: w } })),
  torch: (attrs) =>
    `torch.nn.grad.conv2d_weight(x[0], ${questionTuple(attrs.weightShape)}, x[1], ${pythonArguments(attrs)})`,
});

/** Returns y [N,O,OH,OW] for x [N,C,H,W] and w [O,C/groups,KH,KW]. */
export const conv2d = opFunction(conv2dOp, (x: Node, w: Node, attrs: ConvolutionAttrs): Node =>
  conv2dOp([x, w], attrs),
);

/** Returns dx [N,C,H,W] for g [N,O,OH,OW] (the gradient of y) and w. */
export const conv2dInputGradient = opFunction(
  conv2dInputGradientOp,
  (g: Node, w: Node, attrs: ConvolutionInputGradientAttrs): Node => conv2dInputGradientOp([g, w], attrs),
);

/** Returns dw [O,C/groups,KH,KW] for x and g [N,O,OH,OW] (the gradient of y). */
export const conv2dWeightGradient = opFunction(
  conv2dWeightGradientOp,
  (x: Node, g: Node, attrs: ConvolutionWeightGradientAttrs): Node => conv2dWeightGradientOp([x, g], attrs),
);

function convolutionOf({ stride, padding, dilation, groups }: ConvolutionAttrs): ConvolutionAttrs {
  return { stride, padding, dilation, groups };
}

function pythonArguments({ stride, padding, dilation, groups }: ConvolutionAttrs): string {
  return [
    `stride=${questionTuple(stride)}`,
    `padding=${questionTuple(padding)}`,
    `dilation=${questionTuple(dilation)}`,
    `groups=${groups}`,
  ].join(", ");
}

/** Returns [N,O,OH,OW], or throws an error that names both shapes. */
function outputShape(op: string, x: Shape, w: Shape, attrs: ConvolutionAttrs): number[] {
  requireChannels(op, x, w, attrs.groups);
  return [x[0]!, w[0]!, ...windowOutput(op, x, { ...attrs, kernel: [w[2]!, w[3]!] })];
}

function requireChannels(op: string, x: Shape, w: Shape, groups: number): void {
  const expected = w[1]! * groups;
  if (x[1] !== expected) {
    const inGroups = groups === 1 ? "" : ` (${counted(groups, "group")} of ${w[1]})`;
    throw new ShapeError({
      op,
      problem: `input ${formatShape(x)} has ${counted(x[1]!, "channel")}, but weight ${formatShape(w)} expects ${expected}${inGroups}`,
      hint: "the input's axes are [N,C,H,W]; a layer's input channels are the output channels of the layer before it",
    });
  }
  if (w[0]! % groups !== 0) {
    throw new ShapeError({
      op,
      problem: `the ${counted(w[0]!, "output channel")} of weight ${formatShape(w)} cannot be divided into ${groups} groups`,
      hint: "make the number of output channels a multiple of groups",
    });
  }
}

function requireOutput(op: string, g: Node, x: Shape, w: Shape, attrs: ConvolutionAttrs): void {
  requireFloat(op, "gradient", g);
  requireShape(
    op,
    g.shape,
    outputShape(op, x, w, attrs),
    () =>
      `a gradient of shape ${formatShape(g.shape)} does not fit input ${formatShape(x)} and weight ${formatShape(w)}`,
  );
}

/** Visits the positions in x, w and y of every product that convolution adds up. */
function forEachProduct(
  x: Shape,
  w: Shape,
  y: Shape,
  attrs: ConvolutionAttrs,
  visit: (x: number, w: number, y: number) => void,
): void {
  const kernel: Pair = [w[2]!, w[3]!];
  const taps = windowTaps([x[2]!, x[3]!], [y[2]!, y[3]!], { ...attrs, kernel });
  const [images, outputs, share] = [x[0]!, w[0]!, w[1]!];
  for (let n = 0; n < images; n++) {
    for (let o = 0; o < outputs; o++) {
      const group = Math.floor((o * attrs.groups) / outputs);
      for (let c = 0; c < share; c++) {
        const xPlane = (n * x[1]! + group * share + c) * x[2]! * x[3]!;
        const wPlane = (o * share + c) * kernel[0] * kernel[1];
        const yPlane = (n * outputs + o) * y[2]! * y[3]!;
        for (const tap of taps) visit(xPlane + tap.image, wPlane + tap.kernel, yPlane + tap.output);
      }
    }
  }
}

/** Makes a sample of an op for each kind of convolution; `make` gets the shapes of x, w and y. */
function samples<A>(make: (x: Shape, w: Shape, y: Shape, attrs: ConvolutionAttrs) => Sample<A>): Sample<A>[] {
  const plain: ConvolutionAttrs = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };
  const cases: (Partial<ConvolutionAttrs> & { x: Shape; w: Shape })[] = [
    // Common cases: 3×3 and 1×1 with a multiple of 4 channels, an output row longer than a tile, a first layer.
    { x: [2, 4, 4, 5], w: [4, 4, 3, 3] },
    { x: [1, 1, 3, 19], w: [4, 1, 3, 3], padding: [1, 1] },
    { x: [2, 4, 3, 3], w: [8, 4, 1, 1] },
    { x: [1, 1, 5, 6], w: [4, 1, 3, 3] },
    // Channel counts that are not multiples of 4, a batch of one, a single output position.
    { x: [2, 3, 4, 5], w: [5, 3, 3, 3] },
    { x: [1, 6, 1, 1], w: [10, 6, 1, 1] },
    { x: [3, 2, 3, 3], w: [1, 2, 3, 3] },
    // Strides that leave a remainder, padding, kernels that are not square, a 1×1 kernel that reads padding.
    { x: [2, 2, 8, 7], w: [3, 2, 3, 3], stride: [2, 2], padding: [1, 1] },
    { x: [1, 2, 4, 7], w: [3, 2, 2, 5], stride: [1, 2], padding: [1, 2] },
    { x: [1, 3, 5, 4], w: [7, 3, 1, 1], stride: [2, 3], padding: [1, 0] },
    { x: [1, 2, 4, 3], w: [3, 2, 5, 1], padding: [3, 0] },
    // Dilation, alone and together with stride and padding.
    { x: [2, 2, 6, 7], w: [3, 2, 3, 3], dilation: [2, 2] },
    { x: [1, 2, 9, 6], w: [2, 2, 3, 2], stride: [2, 1], padding: [2, 1], dilation: [2, 3] },
    // Groups, depthwise, depthwise with two outputs per channel.
    { x: [2, 4, 4, 3], w: [4, 2, 3, 3], groups: 2, padding: [1, 1] },
    { x: [2, 4, 4, 5], w: [4, 1, 3, 3], groups: 4, padding: [1, 1] },
    { x: [1, 3, 5, 4], w: [6, 1, 3, 2], groups: 3, stride: [2, 1], dilation: [1, 2] },
    { x: [2, 6, 2, 3], w: [6, 2, 1, 1], groups: 3 },
  ];
  return cases.map(({ x, w, ...given }) => {
    const attrs = { ...plain, ...given };
    return make(x, w, outputShape("conv2d", x, w, attrs), attrs);
  });
}
