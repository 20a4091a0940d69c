/**
 * Pooling as elementwise ops on strided parts of the image: the maximum (or sum) of each window is the maximum (or sum)
 * of as many slices as a window has places. Padding is added before. What is left of the gradients is a single op
 * without padding, which has a kernel. A large window would make a large expression, so it is divided: the mean of a
 * window is the mean of its rows' means, and the maximum that of its rows' maxima.
 */
import type { Node } from "../../graph/node.js";
import { OpRules } from "../../graph/op-rules.js";
import { sizeOf, type Pair } from "../../graph/shape.js";
import * as ops from "../../ops/index.js";
import type { AvgPoolAttrs, MaxPoolAttrs } from "../../ops/pooling.js";
import { windowPlaces } from "../../ops/window.js";
import { coversAll, isTiling, largest, places } from "./image-parts.js";
import { cropImage, padImage } from "./image-padding.js";
import { unpooled } from "./unpooling.js";

const none: Pair = [0, 0];
/** A window with more places than this is divided, and a row with more is added in pairs. */
const largeWindow = 64;

interface Pooling {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation?: Pair;
}

export const poolingRewrites = new OpRules<[], Node | undefined>()
  .on(ops.maxPool2d, (node) => {
    const { attrs } = node;
    const [image] = node.inputs as [Node];
    if (isIdentity(attrs)) return image;
    if (isLarge(attrs)) return ops.maxPool2d(ops.maxPool2d(image, along(1, attrs)), along(0, attrs));
    if (isTiling(attrs)) return largest(places(image, attrs.kernel));
    const x = padImage(image, attrs.padding, attrs.padding, none, -Infinity);
    return largest(windowPlaces(x, sizeOfImage(node), attrs));
  })
  .on(ops.maxPool2dGradient, ({ inputs, attrs }) => {
    const [x, g] = inputs as [Node, Node];
    if (isIdentity(attrs)) return g;
    if (isLarge(attrs)) {
      const rows = ops.maxPool2d(x, along(1, attrs));
      return ops.maxPool2dGradient(x, ops.maxPool2dGradient(rows, g, along(0, attrs)), along(1, attrs));
    }
    if (isTiling(attrs) && coversAll(attrs.kernel, x.shape)) return unpooled(x, g, attrs.kernel);
    if (attrs.padding.every((p) => p === 0)) return undefined;
    const padded = padImage(x, attrs.padding, attrs.padding, none, -Infinity);
    const grad = ops.maxPool2dGradient(padded, g, { ...attrs, padding: none });
    return cropImage(grad, attrs.padding, sizeOfImage(x));
  })
  .on(ops.avgPool2d, (node) => {
    const { attrs } = node;
    const [image] = node.inputs as [Node];
    if (isLarge(attrs)) return ops.avgPool2d(ops.avgPool2d(image, along(1, attrs)), along(0, attrs));
    const x = padImage(image, attrs.padding, attrs.padding, none, 0);
    const seen = windowPlaces(x, sizeOfImage(node), { ...attrs, dilation: [1, 1] });
    return ops.mul(total(seen), shares(attrs, sizeOfImage(image), sizeOfImage(node)));
  })
  .on(ops.avgPool2dGradient, ({ inputs, attrs }) => {
    const [g] = inputs as [Node];
    const { inputShape, padding } = attrs;
    // The kernel spreads g unchanged: this is the gradient of a sum.
    if (attrs.sumOnly) return undefined;
    const [images, channels, height, width] = inputShape as [number, number, number, number];
    if (isLarge(attrs)) {
      const rows = { ...along(0, attrs), inputShape: [images, channels, height, g.shape[3]!] };
      return ops.avgPool2dGradient(ops.avgPool2dGradient(g, rows), { ...along(1, attrs), inputShape });
    }
    const weighted = ops.mul(g, shares(attrs, [height, width], sizeOfImage(g)));
    const spread = ops.avgPool2dGradient(weighted, {
      ...attrs,
      padding: none,
      sumOnly: true,
      inputShape: [images, channels, height + 2 * padding[0], width + 2 * padding[1]],
    });
    return cropImage(spread, padding, [height, width]);
  });

function isLarge({ kernel }: Pooling): boolean {
  return sizeOf(kernel) > largeWindow && kernel[0] > 1 && kernel[1] > 1;
}

/** The same pooling along one axis of the image only. */
function along<P extends Pooling>(axis: 0 | 1, pooling: P): P {
  const keep = (pair: Pair, idle: number): Pair => (axis === 0 ? [pair[0], idle] : [idle, pair[1]]);
  const { kernel, stride, padding, dilation } = pooling;
  return {
    ...pooling,
    kernel: keep(kernel, 1),
    stride: keep(stride, 1),
    padding: keep(padding, 0),
    ...(dilation && { dilation: keep(dilation, 1) }),
  };
}

/** The sum of these images. Those of a large window are added in pairs, which rounds less. */
function total(images: readonly Node[]): Node {
  if (images.length <= largeWindow) return images.reduce((sum, image) => ops.add(sum, image));
  const half = Math.ceil(images.length / 2);
  return ops.add(total(images.slice(0, half)), total(images.slice(half)));
}

function isIdentity(attrs: MaxPoolAttrs): boolean {
  return isTiling(attrs) && sizeOf(attrs.kernel) === 1;
}

/** Height and width of an image [N,C,H,W]. */
function sizeOfImage(image: Node): Pair {
  return [image.shape[2]!, image.shape[3]!];
}

/** 1 / (the number of pixels that a window counts): one number, or a map [1,1,OH,OW] if padding is not counted. */
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
