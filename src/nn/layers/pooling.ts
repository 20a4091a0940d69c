/** Pooling layers, on images [N, C, H, W]. PyTorch: `MaxPool2d`, `AvgPool2d`, `AdaptiveAvgPool2d`. */
import type { Tensor } from "../../tensor/tensor.js";
import * as F from "../functional/index.js";
import { Module } from "../module.js";
import { pythonBool, pythonTuple } from "../../text/python.js";
import { withDefaults } from "../../errors/options.js";

/**
 * Takes the maximum of each window of images [N, C, H, W]. PyTorch: `torch.nn.MaxPool2d`.
 * @example new nn.MaxPool2d(2)(zeros([8, 32, 22, 22])).shape; // [8, 32, 11, 11]
 */
export class MaxPool2d extends Module {
  /** @internal */
  static override readonly elsewhere = { pytorch: "MaxPool2d" };

  /** The distance between two windows. */
  readonly stride: F.Size2d;
  /** The border around the image, which no maximum is taken from. */
  readonly padding: F.Size2d;
  /** The distance between the pixels of a window. */
  readonly dilation: F.Size2d;

  /**
   * @param kernelSize the size of a window
   * @param options stride, padding and dilation, as in `F.maxPool2d`
   */
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
 * Takes the mean of each window of images [N, C, H, W]. PyTorch: `torch.nn.AvgPool2d`.
 * @example new nn.AvgPool2d(7)(zeros([8, 32, 7, 7])).shape; // [8, 32, 1, 1]
 */
export class AvgPool2d extends Module {
  /** @internal */
  static override readonly elsewhere = { pytorch: "AvgPool2d" };

  /** The distance between two windows. */
  readonly stride: F.Size2d;
  /** The number of zeros around the image. */
  readonly padding: F.Size2d;
  /** Whether these zeros count in the mean's divisor. */
  readonly countIncludePad: boolean;

  /**
   * @param kernelSize the size of a window
   * @param options stride, padding, and how padding counts, as in `F.avgPool2d`
   */
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

  /** @internal PyTorch does not print countIncludePad. */
  override pytorchArguments(): string {
    return `${this.extraRepr()}, count_include_pad=${pythonBool(this.countIncludePad)}`;
  }
}

/**
 * Takes means over windows whose size follows from that of the output: [N, C, H, W] becomes [N, C, *outputSize].
 * PyTorch: `torch.nn.AdaptiveAvgPool2d`.
 * @example new nn.AdaptiveAvgPool2d(1)(zeros([8, 32, 7, 7])).shape; // [8, 32, 1, 1]
 */
export class AdaptiveAvgPool2d extends Module {
  /** @internal */
  static override readonly elsewhere = { pytorch: "AdaptiveAvgPool2d" };

  /** @param outputSize the size of the result */
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
