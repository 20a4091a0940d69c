/**
 * Pooling as elementwise work on strided parts of the image: the maximum (sum) of a window is the maximum (sum) of
 * as many slices as it has places. Padding is added before; the gradients are left with one kernel, without padding.
 */
import type { Node } from "../graph/node.js";
import * as ops from "../ops/index.js";
import type { MaxPoolAttrs } from "../ops/pooling.js";
import type { Pair } from "../ops/window.js";
import { sizeOf, type Shape } from "../shape.js";
import { coversAll, isTiling, places } from "./image-parts.js";
import { cropImage, padImage } from "./image-padding.js";

interface AvgPoolAttrs {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly countIncludePad: boolean;
}

const none: Pair = [0, 0];
const ones: Pair = [1, 1];

export const poolingRewrites = {
  maxPool2d: (node: Node): Node => {
    const attrs = node.attrs as MaxPoolAttrs;
    const { kernel, stride, padding, dilation } = attrs;
    if (isTiling(attrs)) return largest(places(node.inputs[0]!, kernel));
    const x = padImage(node.inputs[0]!, padding, padding, none, -Infinity);
    return largest(windowPlaces(x, node.shape, kernel, stride, dilation));
  },

  maxPool2dGradient: (node: Node): Node | undefined => {
    const attrs = node.attrs as MaxPoolAttrs;
    const [x, g] = node.inputs as [Node, Node];
    if (isTiling(attrs) && coversAll(attrs.kernel, x.shape)) {
      return ops.interleave(firstLargest(places(x, attrs.kernel), g), attrs.kernel);
    }
    if (attrs.padding.every((p) => p === 0)) return undefined;
    const padded = padImage(x, attrs.padding, attrs.padding, none, -Infinity);
    const grad = ops.maxPool2dGradient(padded, g, { ...attrs, padding: none });
    return cropImage(grad, attrs.padding, [x.shape[2]!, x.shape[3]!]);
  },

  avgPool2d: (node: Node): Node => {
    const attrs = node.attrs as AvgPoolAttrs;
    const x = padImage(node.inputs[0]!, attrs.padding, attrs.padding, none, 0);
    const places = windowPlaces(x, node.shape, attrs.kernel, attrs.stride, ones);
    const inputSize: Pair = [node.inputs[0]!.shape[2]!, node.inputs[0]!.shape[3]!];
    return ops.mul(
      places.reduce((sum, place) => ops.add(sum, place)),
      shares(attrs, inputSize, [node.shape[2]!, node.shape[3]!]),
    );
  },

  avgPool2dGradient: (node: Node): Node | undefined => {
    const { inputShape, ...attrs } = node.attrs as AvgPoolAttrs & { inputShape: Shape };
    const [g] = node.inputs as [Node];
    // The kernel spreads g as it is: what is left is a sum pooling, with a window that counts all its places as one.
    if (isSumGradient(attrs)) return undefined;
    const size: Pair = [inputShape[2]!, inputShape[3]!];
    const weighted = ops.mul(g, shares(attrs, size, [g.shape[2]!, g.shape[3]!]));
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

function largest(values: readonly Node[]): Node {
  return values.reduce((top, value) => ops.maximum(top, value));
}

/** For each place of a window, g where it is the first that has the window's maximum, 0 elsewhere. */
function firstLargest(values: readonly Node[], g: Node): Node[] {
  const top = largest(values);
  let left = g;
  return values.map((value) => {
    const here = ops.eq(value, top);
    const given = ops.where(here, left, ops.constant(0));
    left = ops.where(here, ops.constant(0), left);
    return given;
  });
}

/** Marks an average's gradient whose division has been done. */
const sumOnly = { sumOnly: true };

export function isSumGradient(attrs: object): boolean {
  return "sumOnly" in attrs;
}

/** For each place of the window, the slice of x that it sees over all windows. */
function windowPlaces(x: Node, shape: Shape, kernel: Pair, stride: Pair, dilation: Pair): Node[] {
  const along = (axis: 0 | 1, k: number, from: Node): Node => {
    const start = k * dilation[axis];
    return ops.sliceAxis(from, 2 + axis, start, start + (shape[2 + axis]! - 1) * stride[axis] + 1, stride[axis]);
  };
  return Array.from({ length: sizeOf(kernel) }, (_, i) =>
    along(1, i % kernel[1], along(0, Math.floor(i / kernel[1]), x)),
  );
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
