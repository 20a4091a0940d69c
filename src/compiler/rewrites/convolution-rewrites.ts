/**
 * All convolutions become one without padding: padding is added to the image, and the gradient of the input is a
 * convolution of the spread and padded gradient with the kernels turned by 180° and inputs and outputs exchanged.
 */
import type { Node } from "../../graph/node.js";
import * as ops from "../../ops/index.js";
import type { Shape } from "../../graph/shape.js";
import { padImage } from "./image-padding.js";

type Pair = readonly [number, number];

interface ConvolutionAttrs {
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly groups: number;
}

const none: Pair = [0, 0];

export const convolutionRewrites = {
  conv2d: (node: Node): Node | undefined => {
    const attrs = node.attrs as ConvolutionAttrs;
    if (attrs.padding.every((p) => p === 0)) return undefined;
    const [x, w] = node.inputs as [Node, Node];
    return ops.conv2d(padImage(x, attrs.padding, attrs.padding, none, 0), w, { ...attrs, padding: none });
  },

  conv2dWeightGradient: (node: Node): Node | undefined => {
    const attrs = node.attrs as ConvolutionAttrs & { weightShape: Shape };
    if (attrs.padding.every((p) => p === 0)) return undefined;
    const [x, g] = node.inputs as [Node, Node];
    const padded = padImage(x, attrs.padding, attrs.padding, none, 0);
    return ops.conv2dWeightGradient(padded, g, { ...attrs, padding: none });
  },

  conv2dInputGradient: (node: Node): Node | undefined => {
    const { stride, padding, dilation, groups, inputShape } = node.attrs as ConvolutionAttrs & { inputShape: Shape };
    const [g, w] = node.inputs as [Node, Node];
    const reach = (i: 0 | 1): number => dilation[i] * (w.shape[2 + i]! - 1);
    const before = (i: 0 | 1): number => reach(i) - padding[i];
    const after = (i: 0 | 1): number => inputShape[2 + i]! + padding[i] - ((g.shape[2 + i]! - 1) * stride[i] + 1);
    const spread = padImage(g, [before(0), before(1)], [after(0), after(1)], [stride[0] - 1, stride[1] - 1], 0);
    return ops.conv2d(spread, turned(w, groups), { stride: [1, 1], padding: none, dilation, groups });
  },
};

/** Whether a rewritten node may be a gradient of a convolution: of its weights, or of its input, by turned kernels. */
export function isConvolutionGradient({ op, inputs }: Node): boolean {
  return op.name === "conv2dWeightGradient" || (op.name === "conv2d" && inputs[1]!.op.name === "flip");
}

/** [O, I/groups, KH, KW] → [I, O/groups, KH, KW], each kernel turned by 180°. */
function turned(w: Node, groups: number): Node {
  const [o, i, kh, kw] = w.shape as [number, number, number, number];
  const exchanged =
    groups === 1
      ? ops.permute(w, [1, 0, 2, 3])
      : ops.reshape(ops.permute(ops.reshape(w, [groups, o / groups, i, kh, kw]), [0, 2, 1, 3, 4]), [
          groups * i,
          o / groups,
          kh,
          kw,
        ]);
  return ops.flip(exchanged, [2, 3]);
}
