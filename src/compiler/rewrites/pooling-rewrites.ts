/**
 * Pooling as elementwise work on strided parts of the image: the maximum (sum) of a window is the maximum (sum) of
 * as many slices as it has places. Padding is added before; the gradients are left with one kernel, without padding.
 */
import type { Node } from "../../graph/node.js";
import * as ops from "../../ops/index.js";
import type { MaxPoolAttrs } from "../../ops/pooling.js";
import { windowPlaces, type Pair } from "../../ops/window.js";
import { sizeOf, type Shape } from "../../graph/shape.js";
import { coversAll, isTiling, largest, places } from "./image-parts.js";
import { cropImage, padImage } from "./image-padding.js";
import { unpooled } from "./unpooling.js";

interface AvgPoolAttrs {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly countIncludePad: boolean;
}

const none: Pair = [0, 0];

export const poolingRewrites = {
  maxPool2d: (node: Node): Node => {
    const attrs = node.attrs as MaxPoolAttrs;
    if (isIdentity(attrs)) return node.inputs[0]!;
    if (isTiling(attrs)) return largest(places(node.inputs[0]!, attrs.kernel));
    const x = padImage(node.inputs[0]!, attrs.padding, attrs.padding, none, -Infinity);
    return largest(windowPlaces(x, sizeOfImage(node), attrs));
  },

  maxPool2dGradient: (node: Node): Node | undefined => {
    const attrs = node.attrs as MaxPoolAttrs;
    const [x, g] = node.inputs as [Node, Node];
    if (isIdentity(attrs)) return g;
    if (isTiling(attrs) && coversAll(attrs.kernel, x.shape)) {
      return unpooled(x, g, attrs.kernel);
    }
    if (attrs.padding.every((p) => p === 0)) return undefined;
    const padded = padImage(x, attrs.padding, attrs.padding, none, -Infinity);
    const grad = ops.maxPool2dGradient(padded, g, { ...attrs, padding: none });
    return cropImage(grad, attrs.padding, sizeOfImage(x));
  },

  avgPool2d: (node: Node): Node => {
    const attrs = node.attrs as AvgPoolAttrs;
    const x = padImage(node.inputs[0]!, attrs.padding, attrs.padding, none, 0);
    const seen = windowPlaces(x, sizeOfImage(node), { ...attrs, dilation: [1, 1] });
    const inputSize = sizeOfImage(node.inputs[0]!);
    return ops.mul(
      seen.reduce((sum, place) => ops.add(sum, place)),
      shares(attrs, inputSize, sizeOfImage(node)),
    );
  },

  avgPool2dGradient: (node: Node): Node | undefined => {
    const { inputShape, ...attrs } = node.attrs as AvgPoolAttrs & { inputShape: Shape };
    const [g] = node.inputs as [Node];
    // The kernel spreads g as it is: what is left is a sum pooling, with a window that counts all its places as one.
    if (isSumGradient(attrs)) return undefined;
    const size: Pair = [inputShape[2]!, inputShape[3]!];
    const weighted = ops.mul(g, shares(attrs, size, sizeOfImage(g)));
    const paddedShape = [
      inputShape[0]!,
      inputShape[1]!,
      size[0] + 2 * attrs.padding[0],
      size[1] + 2 * attrs.padding[1],
    ];
    const spread = ops.avgPool2dGradient(weighted, {
      ...attrs,
      padding: none,
      ...sumOnly,
      inputShape: paddedShape,
    });
    return cropImage(spread, attrs.padding, size);
  },
};

function isIdentity(attrs: MaxPoolAttrs): boolean {
  return isTiling(attrs) && sizeOf(attrs.kernel) === 1;
}

/** Marks an average's gradient whose division has been done. */
const sumOnly = { sumOnly: true };

export function isSumGradient(attrs: object): boolean {
  return "sumOnly" in attrs;
}

/** Height and width of an image [N,C,H,W]. */
function sizeOfImage(image: Node): Pair {
  return [image.shape[2]!, image.shape[3]!];
}

/** 1 / (the number of pixels that a window counts): one number, or a map [1,1,OH,OW] where padding is not counted. */
function shares(attrs: AvgPoolAttrs, size: Pair, out: Pair): Node {
  const { kernel, stride, padding } = attrs;
  if (attrs.countIncludePad || padding.every((p) => p === 0)) return ops.constant(1 / sizeOf(kernel));
  const counted = (axis: 0 | 1, o: number): number => {
    const start = o * stride[axis] - padding[axis];
    return Math.min(start + kernel[axis], size[axis]) - Math.max(start, 0);
  };
  const map = Float32Array.from(
    { length: sizeOf(out) },
    (_, i) => 1 / (counted(0, Math.floor(i / out[1])) * counted(1, i % out[1])),
  );
  return ops.data(map, [1, 1, ...out], "float32");
}
