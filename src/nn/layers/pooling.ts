/** Pooling layers, on images [N, C, H, W]. PyTorch: `MaxPool2d`, `AvgPool2d`, `AdaptiveAvgPool2d`. */
import type { Tensor } from "../../tensor/tensor.js";
import * as F from "../functional/index.js";
import { Module } from "../module.js";
import { pythonTuple } from "../../text/python.js";
import { withDefaults } from "../../errors/options.js";

/**
 * The largest element of each window, channel by channel.
 * @param kernelSize the window's height and width
 * @param options as `F.maxPool2d`
 *
 * @example
 * const pool = new nn.MaxPool2d(2); // [N, 32, 22, 22] → [N, 32, 11, 11]
 */
export class MaxPool2d extends Module {
  readonly stride: F.Size2d;
  readonly padding: F.Size2d;
  readonly dilation: F.Size2d;

  constructor(
    readonly kernelSize: F.Size2d,
    options: F.MaxPool2dOptions = {},
  ) {
    super();
    const defaults = { stride: kernelSize, padding: 0, dilation: 1 };
    const all = withDefaults<Required<F.MaxPool2dOptions>>("MaxPool2d", defaults, options);
    this.stride = all.stride;
    this.padding = all.padding;
    this.dilation = all.dilation;
  }

  override forward(input: Tensor): Tensor {
    const { stride, padding, dilation } = this;
    return F.maxPool2d(input, this.kernelSize, { stride, padding, dilation });
  }

  override extraRepr(): string {
    const { stride, padding, dilation } = this;
    const sizes = { kernel_size: this.kernelSize, stride, padding, dilation };
    return `${Object.entries(sizes)
      .map(([name, size]) => `${name}=${sizeRepr(size)}`)
      .join(", ")}, ceil_mode=False`;
  }
}

/**
 * The mean of each window, channel by channel.
 * @param kernelSize the window's height and width
 * @param options as `F.avgPool2d`
 *
 * @example
 * const pool = new nn.AvgPool2d(7); // [N, 32, 7, 7] → [N, 32, 1, 1]
 */
export class AvgPool2d extends Module {
  readonly stride: F.Size2d;
  readonly padding: F.Size2d;
  readonly countIncludePad: boolean;

  constructor(
    readonly kernelSize: F.Size2d,
    options: F.AvgPool2dOptions = {},
  ) {
    super();
    const defaults = { stride: kernelSize, padding: 0, countIncludePad: true };
    const all = withDefaults<Required<F.AvgPool2dOptions>>("AvgPool2d", defaults, options);
    this.stride = all.stride;
    this.padding = all.padding;
    this.countIncludePad = all.countIncludePad;
  }

  override forward(input: Tensor): Tensor {
    const { stride, padding, countIncludePad } = this;
    return F.avgPool2d(input, this.kernelSize, { stride, padding, countIncludePad });
  }

  override extraRepr(): string {
    const { stride, padding } = this;
    return `kernel_size=${sizeRepr(this.kernelSize)}, stride=${sizeRepr(stride)}, padding=${sizeRepr(padding)}`;
  }
}

/**
 * Means over as many windows as the result shall have, of about equal size: [N, C, H, W] → [N, C, *outputSize].
 *
 * @example
 * const pool = new nn.AdaptiveAvgPool2d(1); // [N, 32, 7, 7] → [N, 32, 1, 1]
 */
export class AdaptiveAvgPool2d extends Module {
  constructor(readonly outputSize: F.Size2d) {
    super();
  }

  override forward(input: Tensor): Tensor {
    return F.adaptiveAvgPool2d(input, this.outputSize);
  }

  override extraRepr(): string {
    return `output_size=${sizeRepr(this.outputSize)}`;
  }
}

function sizeRepr(size: F.Size2d): string {
  return typeof size === "number" ? String(size) : pythonTuple(size);
}
