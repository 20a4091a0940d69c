/** Pooling as functions. */
import { size2d } from "../../errors/kinds.js";
import { checked, required, type Arguments } from "../../errors/signature.js";
import { pair } from "../../graph/shape.js";
import * as ops from "../../ops/index.js";
import { Tensor } from "../../tensor/tensor.js";
import { anyTensor } from "../../tensor/kinds.js";
import { avgPool2dParameters, maxPool2dParameters, outputSize2d } from "./parameters.js";
import type { OutputSize2d, Size2d } from "./size.js";

/** Options of `F.maxPool2d`. */
export interface MaxPool2dOptions {
  /** The distance between two windows. Default: the window's size. */
  readonly stride?: Size2d;
  /** The border around the image, which no maximum is taken from; at most half of the window. Default 0. */
  readonly padding?: Size2d;
  /** The distance between the pixels of a window. Default 1. */
  readonly dilation?: Size2d;
}

/**
 * Takes the maximum of each window, which is NaN if one of its elements is. The first of several largest elements gets the
 * gradient. Windows that do not fit entirely are left out. PyTorch:
 * `torch.nn.functional.max_pool2d`.
 * @param input images [N, C, H, W]
 * @param kernelSize the window's size
 * @param rest stride, padding and dilation: in this order, or by name in an object
 * @returns a tensor [N, C, OH, OW], with OH and OW as in `F.conv2d`
 * @throws ShapeError if a window is larger than the padded image; ArgumentError for an option out of its range
 * @function
 * @example
 * F.maxPool2d(tensor([[[[1, 2], [3, 4]]]]), 2).item(); // 4
 * F.maxPool2d(zeros([8, 32, 22, 22]), 2).shape; // [8, 32, 11, 11]
 * F.maxPool2d(zeros([8, 32, 22, 22]), 3, 2, 1).shape; // [8, 32, 11, 11]
 * F.maxPool2d(zeros([8, 32, 22, 22]), 3, { stride: 2, padding: 1 }).shape; // [8, 32, 11, 11]
 */
export const maxPool2d: (
  input: Tensor,
  kernelSize: Size2d,
  ...rest: Arguments<MaxPool2dOptions, typeof maxPool2dParameters>
) => Tensor = checked(
  "maxPool2d",
  [required("input", anyTensor), required("kernelSize", size2d(1)), ...maxPool2dParameters],
  ({ input, kernelSize, stride = kernelSize, padding, dilation }) =>
    new Tensor(
      ops.maxPool2d(input.node, {
        kernel: pair(kernelSize),
        stride: pair(stride),
        padding: pair(padding),
        dilation: pair(dilation),
      }),
    ),
);

/** Options of `F.avgPool2d`. */
export interface AvgPool2dOptions {
  /** The distance between two windows. Default: the window's size. */
  readonly stride?: Size2d;
  /** The number of zeros around the image; at most half of the window. Default 0. */
  readonly padding?: Size2d;
  /** Whether the zeros of the padding count in the mean's divisor. Default true. */
  readonly countIncludePad?: boolean;
}

/**
 * Takes the mean of each window. Windows that do not fit entirely are left out. PyTorch:
 * `torch.nn.functional.avg_pool2d`.
 * @param input images [N, C, H, W]
 * @param kernelSize the window's size
 * @param rest stride, padding, ceilMode (false) and countIncludePad: in this order, or by name in an object
 * @returns a tensor [N, C, OH, OW], with OH = ⌊(H + 2·padding − KH) / stride⌋ + 1 and OW likewise
 * @throws ShapeError if a window is larger than the padded image; ArgumentError for an option out of its range
 * @function
 * @example
 * F.avgPool2d(tensor([[[[1, 2], [3, 4]]]]), 2).item(); // 2.5
 * F.avgPool2d(zeros([8, 32, 7, 7]), 3, { stride: 2 }).shape; // [8, 32, 3, 3]
 */
export const avgPool2d: (
  input: Tensor,
  kernelSize: Size2d,
  ...rest: Arguments<AvgPool2dOptions, typeof avgPool2dParameters>
) => Tensor = checked(
  "avgPool2d",
  [required("input", anyTensor), required("kernelSize", size2d(1)), ...avgPool2dParameters],
  ({ input, kernelSize, stride = kernelSize, padding, countIncludePad }) =>
    new Tensor(
      ops.avgPool2d(input.node, {
        kernel: pair(kernelSize),
        stride: pair(stride),
        padding: pair(padding),
        countIncludePad,
      }),
    ),
);

/**
 * Takes means over windows whose size follows from that of the output. PyTorch:
 * `torch.nn.functional.adaptive_avg_pool2d`.
 * @param input images [N, C, H, W]
 * @param outputSize the size of the result, for both axes or as [height, width]; null keeps the input's size
 * @returns a tensor [N, C, *outputSize]
 * @throws ShapeError if the input does not have four axes; ArgumentError for a size below 1
 * @function
 * @example
 * F.adaptiveAvgPool2d(tensor([[[[1, 2], [3, 4]]]]), 1).item(); // 2.5
 * F.adaptiveAvgPool2d(zeros([8, 32, 7, 7]), 1).shape; // [8, 32, 1, 1]
 */
export const adaptiveAvgPool2d: (input: Tensor, outputSize: OutputSize2d) => Tensor = checked(
  "adaptiveAvgPool2d",
  [required("input", anyTensor), required("outputSize", outputSize2d)],
  ({ input, outputSize }) => {
    const [height, width] = typeof outputSize === "number" ? [outputSize, outputSize] : outputSize;
    return new Tensor(ops.adaptiveAvgPool2d(input.node, [height ?? input.shape[2]!, width ?? input.shape[3]!]));
  },
);
