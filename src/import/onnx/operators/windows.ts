/** The windows of convolutions and poolings: their padding, and poolings that PyTorch's layers cannot express. */
import * as ops from "../../../ops/index.js";
import { AvgPool2d, functional as F, MaxPool2d } from "../../../nn/index.js";
import { ones, tensor } from "../../../tensor/creation.js";
import { Tensor } from "../../../tensor/tensor.js";
import { tensorInput, unsupported, type Importer, type NodeImport, type Run } from "../node-import.js";

type Pair = readonly [number, number];
/** Top, left, bottom, right. */
export type Sides = readonly [number, number, number, number];

export interface Window {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  /** The padding, if it does not depend on the size of the image. */
  readonly fixed: Sides | undefined;
  /** The padding for an image of this size. */
  readonly sidesFor: (image: Pair) => Sides;
}

/** How far the taps of a window reach along an axis. */
const reach = ({ kernel, dilation }: Pick<Window, "kernel" | "dilation">, axis: 0 | 1): number =>
  (kernel[axis] - 1) * dilation[axis] + 1;

/**
 * @param isPool whether it is a pooling: SAME padding is then as onnxruntime computes it, which crops an image of which
 *   strides larger than the kernel leave something over. With dilation it has no sensible meaning there, and is refused
 */
export function readWindow(node: NodeImport, kernel: Pair, isPool = false): Window {
  const [stride, dilation] = [node.pair("strides", 1), node.pair("dilations", 1)];
  const [auto, pads] = [node.text("auto_pad", "NOTSET"), node.numbers("pads")];
  if ([...kernel, ...stride, ...dilation].some((size) => !(size >= 1))) unsupported("its window has a size below 1");
  if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
    const isLower = auto === "SAME_LOWER";
    if (isPool && dilation.some((size) => size > 1))
      unsupported(`its auto_pad ${auto} with dilations is not supported here`);
    const sidesFor = (image: Pair): Sides => {
      const [rows, columns] = ([0, 1] as const).map((axis) => {
        const count = Math.ceil(image[axis] / stride[axis]);
        const needed = (count - 1) * stride[axis] + reach({ kernel, dilation }, axis) - image[axis];
        const total = isPool ? needed : Math.max(0, needed);
        const half = Math.trunc((isLower ? total + 1 : total) / 2);
        return [half, total - half] as const;
      }) as [Pair, Pair];
      return [rows[0], columns[0], rows[1], columns[1]];
    };
    return { kernel, stride, dilation, fixed: undefined, sidesFor };
  }
  if (auto !== "NOTSET" && auto !== "VALID") return unsupported(`its auto_pad ${auto} is not supported here`);
  const sides = auto === "VALID" ? [0, 0, 0, 0] : (pads ?? [0, 0, 0, 0]);
  if (sides.length !== 4) return unsupported("its pads are not four numbers, two per axis of an image");
  if (sides.some((size) => size < 0)) return unsupported("its pads are negative");
  const fixed = sides as unknown as Sides;
  return { kernel, stride, dilation, fixed, sidesFor: () => fixed };
}

/** The padding as a layer takes it, if it is the same on opposite sides. */
export function symmetric({ fixed }: Window): Pair | undefined {
  if (!fixed) return undefined;
  const [top, left, bottom, right] = fixed;
  return top === bottom && left === right ? [top, left] : undefined;
}

export function imageSize(x: Tensor): Pair {
  const [, , rows, columns, ...more] = x.shape;
  if (rows !== undefined && columns !== undefined && more.length === 0) return [rows, columns];
  return unsupported("its input is not a batch of images [N,C,H,W]");
}

/** Pads an image, or crops it where a side is negative. */
export function padImage(x: Tensor, sides: Sides, value: number): Tensor {
  if (sides.every((size) => size === 0)) return x;
  const [top, left, bottom, right] = sides.map((size) => Math.max(0, size)) as unknown as Sides;
  const pads = { before: [0, 0, top, left], after: [0, 0, bottom, right], interior: [0, 0, 0, 0], value };
  const cropped = [0, 1].reduce((part, axis) => {
    const [from, to] = [Math.max(0, -sides[axis]!), part.shape[axis + 2]! - Math.max(0, -sides[axis + 2]!)];
    return part.slice(axis + 2, from, to);
  }, x);
  return new Tensor(ops.pad(cropped.node, pads));
}

/** Adds what ceil_mode needs at the bottom and on the right: a last window, if it begins within the image or before it. */
function withCeiling(window: Window, image: Pair, sides: Sides, isCeiling: boolean): Sides {
  if (!isCeiling) return sides;
  const extra = ([0, 1] as const).map((axis) => {
    const [begin, whole] = [sides[axis], image[axis] + sides[axis] + sides[axis + 2]!];
    let count = Math.ceil((whole - reach(window, axis)) / window.stride[axis]) + 1;
    if ((count - 1) * window.stride[axis] >= image[axis] + begin) count--;
    return Math.max(0, (count - 1) * window.stride[axis] + reach(window, axis) - whole);
  });
  return [sides[0], sides[1], sides[2] + extra[0]!, sides[3] + extra[1]!];
}

function readPooling(node: NodeImport): { readonly window: Window; readonly isCeiling: boolean } {
  if (!node.given("kernel_shape")) unsupported("its kernel_shape is missing");
  return {
    window: readWindow(node, node.pair("kernel_shape", 1), true),
    isCeiling: node.number("ceil_mode", 0) !== 0,
  };
}

/** Whether PyTorch's layers take this padding: they pad by at most half a kernel. */
function layerPadding(window: Window, isCeiling: boolean): Pair | undefined {
  const padding = isCeiling ? undefined : symmetric(window);
  return padding?.every((size, axis) => 2 * size <= window.kernel[axis]!) ? padding : undefined;
}

export const maxPool: Importer = (node) => {
  const { window, isCeiling } = readPooling(node);
  node.ignore("storage_order"); // of the second output, which is refused
  const { kernel, stride, dilation } = window;
  const padding = layerPadding(window, isCeiling);
  const layer = node.layer(() => new MaxPool2d(kernel, { stride, padding: padding ?? 0, dilation }));
  const run = node.run(layer);
  if (padding) return run;
  return (input) => {
    const x = tensorInput(input);
    const sides = withCeiling(window, imageSize(x), window.sidesFor(imageSize(x)), isCeiling);
    return run(padImage(x, sides, -Infinity));
  };
};

export const averagePool: Importer = (node) => {
  const { window, isCeiling } = readPooling(node);
  const countIncludePad = node.number("count_include_pad", 0) !== 0;
  const { kernel, stride, dilation } = window;
  const padding = layerPadding(window, isCeiling);
  if (padding && dilation.every((size) => size === 1)) {
    return node.run(node.layer(() => new AvgPool2d(kernel, { stride, padding, countIncludePad })));
  }
  return averages(window, isCeiling, countIncludePad);
};

/** Sums by a convolution with ones, divided by the numbers of elements that count. */
function averages(window: Window, isCeiling: boolean, countIncludePad: boolean): Run {
  const { kernel, stride, dilation } = window;
  return (input) => {
    const x = tensorInput(input);
    const [image, channels] = [imageSize(x), x.shape[1]!];
    const given = window.sidesFor(image);
    const sides = withCeiling(window, image, given, isCeiling);
    const padded = padImage(x, sides, 0);
    const sums = F.conv2d(padded, ones([channels, 1, ...kernel]), null, { stride, dilation, groups: channels });
    const counts = ([0, 1] as const).map((axis) => {
      const [from, to] = countIncludePad ? [-given[axis], image[axis] + given[axis + 2]!] : [0, image[axis]];
      return Array.from({ length: sums.shape[axis + 2]! }, (_, i) => {
        const start = i * stride[axis] - sides[axis];
        const taps = Array.from({ length: kernel[axis] }, (_, k) => start + k * dilation[axis]);
        return taps.filter((at) => at >= from && at < to).length;
      });
    }) as [number[], number[]];
    const areas = counts[0].flatMap((rows) => counts[1].map((columns) => rows * columns));
    return sums.div(tensor(Float32Array.from(areas), [1, 1, counts[0].length, counts[1].length]));
  };
}
