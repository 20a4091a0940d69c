/** How the gradient of a convolution's weights is planned. It is summed over the batch in chunks. */
import type { Node } from "../../graph/node.js";
import type { Shape } from "../../graph/shape.js";
import { ConvolutionWeightGradientKernel, roundTaps } from "../../kernels/convolution-weight-gradient.js";
import type { ConvolutionGeometry } from "../../kernels/convolution.js";
import { GroupedWeightGradientKernel } from "../../kernels/grouped-convolution.js";
import { Buffer, denseInOrder, padToVector, paddedRows, type BufferView } from "../../kernels/views.js";
import { small, suitsWinograd, transformMemory } from "../../kernels/winograd-transforms.js";
import { WinogradWeightGradientKernel } from "../../kernels/winograd-weight-gradient.js";
import { WinogradWeightsKernel } from "../../kernels/winograd-weights.js";
import type { ConvolutionWeightGradientAttrs } from "../../ops/index.js";
import type { PlanContext } from "./plan-context.js";

/**
 * The most chunks that a batch is divided into. Each has sums of its own, so that the order of additions never depends
 * on the threads.
 */
const chunks = 16;
/** In a very large batch there are more, so that a chunk's sums have few terms that are added in float32. */
const largeBatch = { images: 512, chunks: 256 };

/** How many images a chunk has. */
function chunkOf(batch: number): number {
  if (batch <= largeBatch.images) return Math.max(1, Math.ceil(batch / chunks));
  return Math.max(largeBatch.images / chunks, Math.ceil(batch / largeBatch.chunks));
}

export function planWeightGradient(node: Node<ConvolutionWeightGradientAttrs>, context: PlanContext): BufferView {
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
  context.add(new WinogradWeightsKernel(small, "weight gradient", total, result, transformMemory(small, i)));
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
