/**
 * All convolutions become convolutions without padding. Padding is added to the image. The gradient of the input is a
 * convolution of the dilated and padded gradient, with the kernels rotated by 180° and inputs and outputs exchanged.
 */
import type { Node } from "../../graph/node.js";
import { OpRules } from "../../graph/op-rules.js";
import * as ops from "../../ops/index.js";
import type { Pair } from "../../graph/shape.js";
import { padImage } from "./image-padding.js";

const none: Pair = [0, 0];

export const convolutionRewrites = new OpRules<[], Node | undefined>()
  .on(ops.conv2d, ({ inputs, attrs }) => {
    const { padding } = attrs;
    if (padding.every((p) => p === 0)) return undefined;
    const [x, w] = inputs as [Node, Node];
    return ops.conv2d(padImage(x, padding, padding, none, 0), w, { ...attrs, padding: none });
  })
  .on(ops.conv2dWeightGradient, ({ inputs, attrs }) => {
    const { padding } = attrs;
    if (padding.every((p) => p === 0)) return undefined;
    const [x, g] = inputs as [Node, Node];
    return ops.conv2dWeightGradient(padImage(x, padding, padding, none, 0), g, { ...attrs, padding: none });
  })
  .on(ops.conv2dInputGradient, ({ inputs, attrs }) => {
    const { stride, padding, dilation, groups, inputShape } = attrs;
    const [g, w] = inputs as [Node, Node];
    const reach = (i: 0 | 1): number => dilation[i] * (w.shape[2 + i]! - 1);
    const before = (i: 0 | 1): number => reach(i) - padding[i];
    const after = (i: 0 | 1): number => inputShape[2 + i]! + padding[i] - ((g.shape[2 + i]! - 1) * stride[i] + 1);
    const spread = padImage(g, [before(0), before(1)], [after(0), after(1)], [stride[0] - 1, stride[1] - 1], 0);
    return ops.conv2d(spread, turned(w, groups), { stride: [1, 1], padding: none, dilation, groups });
  });

/**
 * Whether a rewritten node may be the gradient of a convolution, of its weights or (by rotated kernels) of its input.
 */
export function isConvolutionGradient(node: Node): boolean {
  return ops.conv2dWeightGradient.is(node) || (ops.conv2d.is(node) && ops.flip.is(node.inputs[1]));
}

/** [O, I/groups, KH, KW] → [I, O/groups, KH, KW], with each kernel rotated by 180°. */
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
