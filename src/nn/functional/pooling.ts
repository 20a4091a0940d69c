/** Pooling as functions. */
import { refuseUnknown } from "../../errors/options.js";
import * as ops from "../../ops/index.js";
import { Tensor } from "../../tensor/tensor.js";
import { pair, type Size2d } from "./size.js";

export interface MaxPool2dOptions {
  /** The distance between windows. Default: the kernel's size. */
  readonly stride?: Size2d;
  /** At most half of the kernel. Default 0. */
  readonly padding?: Size2d;
  /** The distance between the elements of a window. Default 1. */
  readonly dilation?: Size2d;
}

/**
 * The largest element of each window, windows that do not fit left out. PyTorch: `torch.nn.functional.max_pool2d`.
 * @param input [N,C,H,W]
 * @throws ShapeError if a window is larger than the padded input
 * @example F.maxPool2d(zeros([8, 32, 22, 22]), 2).shape // [8, 32, 11, 11]
 */
export function maxPool2d(input: Tensor, kernelSize: Size2d, options: MaxPool2dOptions = {}): Tensor {
  refuseUnknown("maxPool2d", ["stride", "padding", "dilation"], options);
  const kernel = pair(kernelSize);
  const stride = pair(options.stride ?? kernelSize);
  const padding = pair(options.padding ?? 0);
  return new Tensor(ops.maxPool2d(input.node, { kernel, stride, padding, dilation: pair(options.dilation ?? 1) }));
}

export interface AvgPool2dOptions {
  /** The distance between windows. Default: the kernel's size. */
  readonly stride?: Size2d;
  /** At most half of the kernel. Default 0. */
  readonly padding?: Size2d;
  /** Whether the padding's zeros count in the mean's divisor. Default true. */
  readonly countIncludePad?: boolean;
}

/**
 * The mean of each window, windows that do not fit left out. PyTorch: `torch.nn.functional.avg_pool2d`.
 * @param input [N,C,H,W]
 * @throws ShapeError if a window is larger than the padded input
 * @example F.avgPool2d(zeros([8, 32, 7, 7]), 3, { stride: 2 }).shape // [8, 32, 3, 3]
 */
export function avgPool2d(input: Tensor, kernelSize: Size2d, options: AvgPool2dOptions = {}): Tensor {
  refuseUnknown("avgPool2d", ["stride", "padding", "countIncludePad"], options);
  const { countIncludePad = true } = options;
  const kernel = pair(kernelSize);
  const stride = pair(options.stride ?? kernelSize);
  return new Tensor(
    ops.avgPool2d(input.node, { kernel, stride, padding: pair(options.padding ?? 0), countIncludePad }),
  );
}

/**
 * Means over windows chosen such that the output has this size; null keeps the input's.
 * PyTorch: `torch.nn.functional.adaptive_avg_pool2d`.
 * @param input [N,C,H,W]
 * @example F.adaptiveAvgPool2d(zeros([8, 32, 7, 7]), 1).shape // [8, 32, 1, 1]
 */
export function adaptiveAvgPool2d(input: Tensor, outputSize: number | readonly [number | null, number | null]): Tensor {
  const [height, width] = typeof outputSize === "number" ? [outputSize, outputSize] : outputSize;
  return new Tensor(ops.adaptiveAvgPool2d(input.node, [height ?? input.shape[2]!, width ?? input.shape[3]!]));
}
