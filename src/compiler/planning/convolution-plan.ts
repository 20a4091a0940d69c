/** How a convolution is planned: its layouts, and which of the kernels computes it. */
import type { Node } from "../../graph/node.js";
import { ConvolutionKernel, type ConvolutionEnd, type ConvolutionGeometry } from "../../kernels/convolution.js";
import { GroupedConvolutionKernel } from "../../kernels/grouped-convolution.js";
import { Buffer, padToVector, paddedImages, paddedRows, type BufferView } from "../../kernels/views.js";
import {
  fewestProducts,
  matrixStride,
  small,
  suitsWinograd,
  transformMemory,
  type Scheme,
} from "../../kernels/winograd-transforms.js";
import { WinogradKernel } from "../../kernels/winograd.js";
import { WinogradWeightsKernel } from "../../kernels/winograd-weights.js";
import type { ConvolutionAttrs } from "../../ops/index.js";
import { biasOf, epilogueOf } from "./convolution-end.js";
import type { PlanContext } from "./plan-context.js";

export function planConvolution(node: Node<ConvolutionAttrs>, context: PlanContext): BufferView {
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
    // Larger tiles have larger rounding errors. They are only for evaluation, which also keeps the transformed weights.
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
  context.add(new WinogradWeightsKernel(scheme, "weights", weight, transformed, transformMemory(scheme, channels)));
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

/** Rearranges weights [O,I,KH,KW] to [KH,KW,I,O], with O padded to whole vectors. */
function packWeight(context: PlanContext, w: Node): BufferView {
  const [o, i, kh, kw] = w.shape as [number, number, number, number];
  const row = padToVector(o);
  const buffer = new Buffer("weights", kh * kw * i * row, w.dtype);
  context.copy(w, { buffer, shape: w.shape, strides: [1, row, kw * i * row, i * row], offset: 0, padded: true });
  return { buffer, shape: [kh, kw, i, o], strides: [kw * i * row, i * row, row, 1], offset: 0, padded: true };
}
