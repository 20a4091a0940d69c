/**
 * How each op that has kernels of its own is planned: the layouts it needs, the kernels, and where its result lies.
 */
import type { Node } from "../../graph/node.js";
import { OpRules } from "../../graph/op-rules.js";
import * as ops from "../../ops/index.js";
import type { Window } from "../../ops/window.js";
import { shapesEqual, sizeOf, type Shape } from "../../graph/shape.js";
import { v, type Expr } from "../../wasm/expressions.js";
import { ConvolutionWeightGradientKernel, roundTaps } from "../../kernels/convolution-weight-gradient.js";
import { ConvolutionKernel, type ConvolutionEnd, type ConvolutionGeometry } from "../../kernels/convolution.js";
import { GroupedConvolutionKernel, GroupedWeightGradientKernel } from "../../kernels/grouped-convolution.js";
import type { Border } from "../../kernels/loop-nest.js";
import { MatmulKernel } from "../../kernels/matmul.js";
import { PoolGradientKernel } from "../../kernels/pool-gradient.js";
import {
  fewestProducts,
  matrixStride,
  small,
  suitsWinograd,
  transformScratch,
  type Scheme,
} from "../../kernels/winograd-transforms.js";
import {
  WinogradWeightGradientEndKernel,
  WinogradWeightGradientKernel,
} from "../../kernels/winograd-weight-gradient.js";
import { WinogradKernel, WinogradWeightKernel } from "../../kernels/winograd.js";
import type { FunctionBuilder } from "../../wasm/loops.js";
import type { PlanContext } from "./kernel-plan.js";
import { Buffer, denseInOrder, padToVector, paddedImages, paddedRows, type BufferView } from "../../kernels/views.js";

/** Chunks of the batch whose sums are kept apart, so that the order of additions never depends on the threads. */
const chunks = 16;

/** Images in a chunk. */
export function chunkOf(batch: number): number {
  return Math.max(1, Math.ceil(batch / chunks));
}

/** Each plan adds the kernels that compute a node to the program, and returns where its elements lie. */
export const kernelPlans = new OpRules<[context: PlanContext], BufferView>()
  .on(ops.conv2d, planConvolution)
  .on(ops.conv2dWeightGradient, planWeightGradient)
  .on(ops.maxPool2dGradient, (node, context) => {
    const [x, g] = node.inputs as [Node, Node];
    return planPoolGradient(node, [x, g], node.attrs, context);
  })
  .on(ops.avgPool2dGradient, (node, context) => {
    const [g] = node.inputs as [Node];
    return planPoolGradient(node, [undefined, g], { ...node.attrs, dilation: [1, 1] }, context);
  })
  .on(ops.matmul, planMatmul)
  .on(ops.pad, planPad)
  .on(ops.cat, planCat)
  .on(ops.interleave, planInterleave);

function planConvolution(node: Node<ops.ConvolutionAttrs>, context: PlanContext): BufferView {
  const { stride, dilation, groups } = node.attrs;
  const [x, w] = node.inputs as [Node, Node];
  const geometry: ConvolutionGeometry = { kernel: [w.shape[2]!, w.shape[3]!], stride, dilation };
  const input = context.channelsLast(x);
  const weight = packWeight(context, w);
  const output = paddedImages(node.op.name, node.shape, node.dtype);
  if (groups > 1) {
    context.add(new GroupedConvolutionKernel(input, weight, output, geometry, groups));
    return output;
  }
  const biased = biasOf(context, node);
  const bias = biased && context.viewOf(biased.bias);
  if (biased) context.define(biased.sum, output);
  const { last, apply } = epilogueOf(context, biased?.sum ?? node);
  context.define(last, output);
  const end = { bias, apply };
  if (suitsWinograd(geometry, input.shape, node.shape)) {
    const [, , height, width] = node.shape as [number, number, number, number];
    // Larger tiles round worse: they are for evaluation, which keeps the transformed weights.
    const evaluates = context.isFixed(w) && !context.differentiates;
    const scheme = evaluates ? fewestProducts(height, width) : small;
    planWinograd(context, scheme, input, weight, end, output);
  } else context.add(new ConvolutionKernel(input, weight, end, output, geometry));
  return output;
}

function planWinograd(
  context: PlanContext,
  scheme: Scheme,
  input: BufferView,
  weight: BufferView,
  end: ConvolutionEnd,
  output: BufferView,
): void {
  const [n, o, oh, ow] = output.shape as [number, number, number, number];
  const channels = input.shape[1]!;
  const transformed = transformedWeights(scheme, channels, o);
  context.add(new WinogradWeightKernel(scheme, weight, transformed, transformMemory(scheme, channels)));
  const scratch = paddedRows("tiles", [n, WinogradKernel.scratchSize(scheme, channels, o, oh, ow)], "float32");
  context.add(new WinogradKernel(scheme, input, transformed, end, output, scratch));
}

/** [products, I, O padded] */
function transformedWeights({ products }: Scheme, inputs: number, outputs: number): BufferView {
  const row = padToVector(outputs);
  const matrix = matrixStride(inputs, row);
  const buffer = new Buffer("winograd_weights", products * matrix, "float32");
  return { buffer, shape: [products, inputs, outputs], strides: [matrix, row, 1], offset: 0, padded: true };
}

/** Working memory for a transform of each of `count` slices. */
function transformMemory(scheme: Scheme, count: number): BufferView {
  return paddedRows("tile", [count, transformScratch(scheme)], "float32");
}

/** The addition of a bias [1,O,1,1] that is all that uses a convolution: the kernel starts from it. */
function biasOf(context: PlanContext, node: Node): { sum: Node; bias: Node } | undefined {
  const [sum, ...others] = context.usersOf(node);
  if (!ops.add.is(sum) || others.length > 0 || context.isOutput(node)) return undefined;
  const bias = sum.inputs.find((input) => input !== node);
  const channels = node.shape[1]!;
  if (!bias || bias.shape.length !== 4 || bias.shape[1] !== channels || sizeOf(bias.shape) !== channels)
    return undefined;
  return (isStored(bias) || context.isFixed(bias)) && context.viewOf(bias).strides[1] === 1 ? { sum, bias } : undefined;
}

/**
 * Elementwise ops of constants that follow a node and are all that uses it, one after the other, such as ReLU: a kernel
 * applies them to what it writes. `last` is what that gives: the node itself, where nothing follows.
 */
function epilogueOf(context: PlanContext, node: Node): { last: Node; apply: ConvolutionEnd["apply"] } {
  const next = (after: Node): Node | undefined => {
    const [user, ...others] = context.usersOf(after);
    if (!user || others.length > 0 || context.isOutput(after)) return undefined;
    const { lowering } = user.op;
    if (lowering.kind !== "elementwise" || lowering.takesMask) return undefined;
    const takesNothingElse = user.inputs.every((input) => input === after || ops.constant.is(input));
    return takesNothingElse && shapesEqual(user.shape, node.shape) && user.dtype === node.dtype ? user : undefined;
  };
  const chain: Node[] = [];
  for (let user = next(node); user; user = next(user)) chain.push(user);
  // What is wanted with a border is computed into the inner part of that.
  const last = chain[chain.length - 1];
  if (!last || context.usersOf(last).some((user) => context.isBorder(user, last))) {
    return { last: node, apply: (_, value) => value };
  }
  return { last, apply: (b, value) => chain.reduce((x, op) => applied(b, op, x), value) };
}

/** An elementwise op of a value and constants. */
function applied(b: FunctionBuilder, { op, inputs, attrs }: Node, value: Expr): Expr {
  if (op.lowering.kind !== "elementwise") throw new Error(`${op.name} is no elementwise op`);
  const args = inputs.map((input) => (ops.constant.is(input) ? v.const(input.attrs.value) : value));
  return b.let("v128", "e", op.lowering.vector(args, attrs));
}

/** Whether a node is a leaf, or such in another shape: nothing that must be computed first. */
function isStored(node: Node): boolean {
  if (node.value !== undefined || ops.variable.is(node)) return true;
  return node.op.lowering.kind === "view" && isStored(node.inputs[0]!);
}

/** Weights [O,I,KH,KW] rearranged to [KH,KW,I,O], O padded to whole vectors. */
function packWeight(context: PlanContext, w: Node): BufferView {
  const [o, i, kh, kw] = w.shape as [number, number, number, number];
  const row = padToVector(o);
  const buffer = new Buffer("weights", kh * kw * i * row, w.dtype);
  context.copy(w, { buffer, shape: w.shape, strides: [1, row, kw * i * row, i * row], offset: 0, padded: true });
  return { buffer, shape: [kh, kw, i, o], strides: [kw * i * row, i * row, row, 1], offset: 0, padded: true };
}

function planWeightGradient(node: Node<ops.ConvolutionWeightGradientAttrs>, context: PlanContext): BufferView {
  const { stride, dilation, groups } = node.attrs;
  const [x, g] = node.inputs as [Node, Node];
  const [o, i, kh, kw] = node.shape as [number, number, number, number];
  const geometry: ConvolutionGeometry = { kernel: [kh, kw], stride, dilation };
  const batch = g.shape[0]!;
  const chunk = chunkOf(batch);
  if (groups === 1 && suitsWinograd(geometry, x.shape, g.shape)) {
    if (WinogradWeightGradientKernel.suits(i, o)) return planWinogradWeightGradient(context, node, chunk);
  }
  const count = Math.ceil(batch / chunk);
  const row = padToVector(o);
  const taps = groups > 1 ? kh * kw * i : roundTaps(kh * kw * i, row / 4);
  const sums: BufferView = paddedRows("weight_sums", [count, taps, row], node.dtype);
  const grad = context.channelsLast(g);
  const input = context.computedAgain(x, grad) ?? (groups > 1 ? context.channelsLast(x) : context.upright(x));
  context.add(
    groups > 1
      ? new GroupedWeightGradientKernel(input, grad, sums, geometry, groups, chunk)
      : new ConvolutionWeightGradientKernel(input, grad, sums, geometry, chunk),
  );
  return addChunks(context, node.shape, sums, count, taps, row);
}

function planWinogradWeightGradient(context: PlanContext, node: Node, chunk: number): BufferView {
  const [x, g] = node.inputs as [Node, Node];
  const [o, i] = node.shape as [number, number];
  const [n, , oh, ow] = g.shape as [number, number, number, number];
  const count = Math.ceil(n / chunk);
  const sums = paddedRows("winograd_sums", [count, small.products, i, o], "float32");
  const scratch = paddedRows("tiles", [n, WinogradWeightGradientKernel.scratchSize(i, o, oh, ow)], "float32");
  const grad = context.channelsLast(g);
  const input = context.computedAgain(x, grad) ?? context.channelsLast(x);
  context.add(new WinogradWeightGradientKernel(input, grad, sums, scratch, chunk));
  const total = paddedRows("winograd_sum", [small.products, i, o], "float32");
  context.loop(
    sums.shape,
    {
      value: { kind: "load", view: sums },
      output: { ...total, shape: [1, small.products, i, o], strides: [0, ...total.strides] },
      combine: "sum",
    },
    [0],
  );
  const row = padToVector(o);
  const buffer = new Buffer("weight_gradient", 9 * i * row, "float32");
  const result = { buffer, shape: node.shape, strides: [1, row, 3 * i * row, i * row], offset: 0, padded: true };
  context.add(new WinogradWeightGradientEndKernel(total, result, transformMemory(small, i)));
  return result;
}

/** Adds the chunks' sums [chunks, KH·KW·I, O] in their order, as a tensor [O,I,KH,KW]. */
function addChunks(
  context: PlanContext,
  shape: Shape,
  sums: BufferView,
  count: number,
  taps: number,
  row: number,
): BufferView {
  const [, i, , kw] = shape as [number, number, number, number];
  const strides = [taps * row, 1, row, kw * i * row, i * row];
  const result = denseInOrder("weight_gradient", shape, "float32", [2, 3, 1, 0]);
  const domain = [count, ...shape];
  context.loop(
    domain,
    {
      value: { kind: "load", view: { ...sums, shape: domain, strides } },
      output: { ...result, shape: [1, ...shape], strides: [0, ...result.strides] },
      combine: "sum",
    },
    [0],
  );
  return result;
}

/** With x, each window's gradient goes to its largest element; without, every element of the window gets it. */
function planPoolGradient(
  { op, shape, dtype }: Node,
  [x, g]: readonly [Node | undefined, Node],
  { kernel, stride, dilation }: Omit<Window, "padding">,
  context: PlanContext,
): BufferView {
  const input = x && context.wholePixels(x);
  const grad = context.wholePixels(g);
  const output = paddedImages(op.name, shape, dtype);
  context.add(new PoolGradientKernel(input, grad, output, { kernel, stride, dilation }));
  return output;
}

function planMatmul(node: Node, context: PlanContext): BufferView {
  const [a, b] = node.inputs as [Node, Node];
  const right = context.viewOf(b);
  const rows = right.strides[2] === 1 ? right : context.copy(b, paddedRows("matrix", b.shape, b.dtype));
  const output = paddedRows(node.op.name, node.shape, node.dtype);
  context.add(new MatmulKernel(context.viewOf(a), rows, output));
  return output;
}

function planPad(node: Node<ops.PadAttrs>, context: PlanContext): BufferView {
  const output = context.home(node);
  context.copyWithBorder(node.inputs[0]!, innerPart(node, output), borderOf(node, output));
  return output;
}

/** The part of a padded tensor that holds what was padded. */
export function innerPart(pad: Node<ops.PadAttrs>, output: BufferView): BufferView {
  const { before, interior } = pad.attrs;
  const { shape } = pad.inputs[0]!;
  return {
    buffer: output.buffer,
    shape,
    strides: output.strides.map((stride, axis) => stride * (interior[axis]! + 1)),
    offset: before.reduce((offset, from, axis) => offset + from * output.strides[axis]!, 0),
    // Whole vectors may be written only where the axis they lie along has no border.
    padded: output.strides.every((stride, axis) => stride !== 1 || pad.shape[axis] === shape[axis]),
  };
}

export function borderOf(pad: Node<ops.PadAttrs>, output: BufferView): Border {
  return { value: pad.attrs.value, around: output, inner: innerPart(pad, output) };
}

function planCat(node: Node<ops.CatAttrs>, context: PlanContext): BufferView {
  const { axis } = node.attrs;
  const output = context.home(node);
  let at = 0;
  for (const part of node.inputs) {
    context.copy(part, { ...output, shape: part.shape, offset: at * output.strides[axis]!, padded: false });
    at += part.shape[axis]!;
  }
  return output;
}

/** All parts in one pass, each into its places of the image. */
function planInterleave(node: Node<ops.InterleaveAttrs>, context: PlanContext): BufferView {
  const { kernel } = node.attrs;
  const { output, border } = context.target(node);
  const [images, channels, rows, pixels] = output.strides as [number, number, number, number];
  const [part] = node.inputs as [Node, ...Node[]];
  const roots = node.inputs.map((input, i) => ({
    value: context.valueOf(input, part.shape),
    output: {
      ...output,
      shape: part.shape,
      strides: [images, channels, kernel[0] * rows, kernel[1] * pixels],
      offset: output.offset + Math.floor(i / kernel[1]) * rows + (i % kernel[1]) * pixels,
    },
    ...(i === 0 && border && { border }),
  }));
  context.loop(part.shape, roots);
  return output;
}
