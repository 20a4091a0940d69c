/**
 * How each op that has kernels of its own is planned: the layouts that it needs, its kernels, and where the result
 * lies.
 */
import type { Node } from "../../graph/node.js";
import { OpRules } from "../../graph/op-rules.js";
import { MatmulKernel } from "../../kernels/matmul.js";
import { PoolGradientKernel } from "../../kernels/pool-gradient.js";
import { paddedImages, paddedRows, type BufferView } from "../../kernels/views.js";
import * as ops from "../../ops/index.js";
import type { Window } from "../../ops/window.js";
import { planConvolution } from "./convolution-plan.js";
import type { PlanContext } from "./plan-context.js";
import { planPad } from "./padding.js";
import { planWeightGradient } from "./weight-gradient-plan.js";

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

/** With x, the gradient of a window goes to its largest element. Without x, every element of the window gets it. */
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

/** Writes all parts in one pass, each into its places of the image. */
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
