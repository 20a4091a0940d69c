/** Pooling layers, on images [N, C, H, W]. PyTorch: `MaxPool2d`, `AvgPool2d`, `AdaptiveAvgPool2d`. */
import type { Tensor } from "../../tensor/tensor.js";
import * as F from "../functional/index.js";
import { Module } from "../module.js";
import { answerForFields } from "./python-names.js";
import { pythonFields } from "../../text/python.js";
import { required, Signature, type Arguments } from "../../errors/signature.js";
import { avgPool2dParameters, maxPool2dParameters, outputSize2d } from "../functional/parameters.js";
import { size2d } from "../../errors/kinds.js";

const ofMaxPool2d = new Signature("MaxPool2d", [required("kernelSize", size2d(1)), ...maxPool2dParameters]);
const ofAvgPool2d = new Signature("AvgPool2d", [required("kernelSize", size2d(1)), ...avgPool2dParameters]);
const ofAdaptiveAvgPool2d = new Signature("AdaptiveAvgPool2d", [required("outputSize", outputSize2d)]);

/**
 * Takes the maximum of each window of images [N, C, H, W]. PyTorch: `torch.nn.MaxPool2d`.
 * @example new nn.MaxPool2d(2)(zeros([8, 32, 22, 22])).shape; // [8, 32, 11, 11]
 */
export class MaxPool2d extends Module {
  /** @internal */
  static override readonly elsewhere = { pytorch: "MaxPool2d" };

  /** The size of a window. */
  readonly kernelSize: F.Size2d;
  /** The distance between two windows. */
  readonly stride: F.Size2d;
  /** The border around the image, which no maximum is taken from. */
  readonly padding: F.Size2d;
  /** The distance between the pixels of a window. */
  readonly dilation: F.Size2d;

  /**
   * @param kernelSize the size of a window
   * @param rest stride, padding and dilation, as in `F.maxPool2d`: in this order, or by name in an object
   */
  constructor(kernelSize: F.Size2d, ...rest: Arguments<F.MaxPool2dOptions, typeof maxPool2dParameters>) {
    super();
    const given = ofMaxPool2d.read([kernelSize, ...rest]);
    this.kernelSize = given.kernelSize;
    this.stride = given.stride ?? given.kernelSize;
    this.padding = given.padding;
    this.dilation = given.dilation;
  }

  override forward(input: Tensor): Tensor {
    const { stride, padding, dilation } = this;
    return F.maxPool2d(input, this.kernelSize, { stride, padding, dilation });
  }

  override extraRepr(): string {
    return `${pythonFields(this, "kernelSize", "stride", "padding", "dilation")}, ceil_mode=False`;
  }
}

/**
 * Takes the mean of each window of images [N, C, H, W]. PyTorch: `torch.nn.AvgPool2d`.
 * @example new nn.AvgPool2d(7)(zeros([8, 32, 7, 7])).shape; // [8, 32, 1, 1]
 */
export class AvgPool2d extends Module {
  /** @internal */
  static override readonly elsewhere = { pytorch: "AvgPool2d" };

  /** The size of a window. */
  readonly kernelSize: F.Size2d;
  /** The distance between two windows. */
  readonly stride: F.Size2d;
  /** The number of zeros around the image. */
  readonly padding: F.Size2d;
  /** Whether these zeros count in the mean's divisor. */
  readonly countIncludePad: boolean;

  /**
   * @param kernelSize the size of a window
   * @param rest stride, padding, ceilMode and countIncludePad, as in `F.avgPool2d`: in this order, or by name in an
   *   object
   */
  constructor(kernelSize: F.Size2d, ...rest: Arguments<F.AvgPool2dOptions, typeof avgPool2dParameters>) {
    super();
    const given = ofAvgPool2d.read([kernelSize, ...rest]);
    this.kernelSize = given.kernelSize;
    this.stride = given.stride ?? given.kernelSize;
    this.padding = given.padding;
    this.countIncludePad = given.countIncludePad;
  }

  override forward(input: Tensor): Tensor {
    const { stride, padding, countIncludePad } = this;
    return F.avgPool2d(input, this.kernelSize, { stride, padding, countIncludePad });
  }

  override extraRepr(): string {
    return pythonFields(this, "kernelSize", "stride", "padding");
  }

  /** @internal PyTorch does not print countIncludePad. */
  override pytorchArguments(): string {
    return `${this.extraRepr()}, ${pythonFields(this, "countIncludePad")}`;
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

  /** @param outputSize the size of the result: for both axes, or [height, width], null for the input's */
  constructor(readonly outputSize: F.OutputSize2d) {
    super();
    this.outputSize = ofAdaptiveAvgPool2d.read(arguments).outputSize;
  }

  override forward(input: Tensor): Tensor {
    return F.adaptiveAvgPool2d(input, this.outputSize);
  }

  override extraRepr(): string {
    return pythonFields(this, "outputSize");
  }
}

const whole = "windows that do not fit entirely are left out; pad the image, so that they fit";
const ceil = { ceilMode: whole, ceil_mode: whole };
answerForFields("MaxPool2d", MaxPool2d, "kernelSize", ceil);
answerForFields("AvgPool2d", AvgPool2d, "kernelSize countIncludePad", ceil);
answerForFields("AdaptiveAvgPool2d", AdaptiveAvgPool2d, "outputSize");
