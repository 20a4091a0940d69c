/** The convolution layer. PyTorch: `Conv2d`. */
import { ArgumentError } from "../../errors/errors.js";
import { zeros } from "../../tensor/creation.js";
import type { Tensor } from "../../tensor/tensor.js";
import * as F from "../functional/index.js";
import { fans, kaimingUniform_, uniform_ } from "../init.js";
import { Module } from "../module.js";
import { answerForFields } from "./python-names.js";
import { pythonFields } from "../../text/python.js";
import { flag, integer, size2d } from "../../errors/kinds.js";
import { optional, required, Signature, type Arguments } from "../../errors/signature.js";
import { conv2dParameters } from "../functional/parameters.js";
import { pair } from "../../graph/shape.js";
import { holdFields } from "../held-fields.js";
import { Parameter } from "../parameter.js";

/** Options of `nn.Conv2d`. */
export interface Conv2dOptions extends F.Conv2dOptions {
  /** Whether a trained number is added to each output channel. Default true. */
  readonly bias?: boolean;
}

const optionalParameters = [...conv2dParameters, optional("bias", flag, true)] as const;
const signature = new Signature("Conv2d", [
  required("inChannels", integer(1)),
  required("outChannels", integer(1)),
  required("kernelSize", size2d(1)),
  ...optionalParameters,
]);

/**
 * Convolves images: [N, inChannels, H, W] becomes [N, outChannels, OH, OW], with OH and OW as in `F.conv2d`. Weight and
 * bias are initially uniform in ±1/√(inChannels / groups · KH · KW). PyTorch: `torch.nn.Conv2d`.
 * @example
 * const conv = new nn.Conv2d(1, 8, 3, { padding: 1 });
 * conv(zeros([4, 1, 28, 28])).shape; // [4, 8, 28, 28]
 * conv.weight.shape; // [8, 1, 3, 3]
 */
export class Conv2d extends Module {
  /** @internal */
  static override readonly elsewhere = { pytorch: "Conv2d" };

  /** The number of channels of the input. */
  readonly inChannels: number;
  /** The number of channels of the output. */
  readonly outChannels: number;
  /** The size of the kernels, [height, width]. */
  readonly kernelSize: readonly [number, number];
  /** The distance between two positions of a kernel, [height, width]. */
  readonly stride: readonly [number, number];
  /** The number of zeros around the image, [height, width], or "same" or "valid" as it was given. */
  readonly padding: readonly [number, number] | "same" | "valid";
  /** The distance between the pixels that a kernel reads, [height, width]. */
  readonly dilation: readonly [number, number];
  /** The number of groups of channels, which do not see each other. */
  readonly groups: number;
  /** The kernels, [outChannels, inChannels / groups, KH, KW]. */
  readonly weight: Parameter;
  /** What is added to each output channel, [outChannels]. */
  readonly bias: Parameter | null;

  /**
   * @param inChannels the number of channels of the input
   * @param outChannels the number of channels of the output
   * @param kernelSize the size of the kernels
   * @param rest stride, padding, dilation, groups, and whether there is a bias: in this order, or by name in an object
   * @throws ArgumentError if groups do not divide the numbers of channels, or for a size that is not a positive integer
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: F.Size2d,
    ...rest: Arguments<Conv2dOptions, typeof optionalParameters>
  ) {
    super();
    const given = signature.read([inChannels, outChannels, kernelSize, ...rest]);
    this.inChannels = given.inChannels;
    this.outChannels = given.outChannels;
    this.kernelSize = Object.freeze(pair(given.kernelSize));
    this.stride = Object.freeze(pair(given.stride));
    this.padding = typeof given.padding === "string" ? given.padding : Object.freeze(pair(given.padding));
    this.dilation = Object.freeze(pair(given.dilation));
    this.groups = given.groups;
    this.checkGroups();
    this.weight = new Parameter(zeros([this.outChannels, this.inChannels / this.groups, ...this.kernelSize]));
    this.bias = given.bias ? new Parameter(zeros([this.outChannels])) : null;
    this.resetParameters();
    holdFields(this, { bias: Parameter });
  }

  /**
   * Draws new initial parameters.
   * @example
   * manualSeed(1);
   * const conv = new nn.Conv2d(1, 1, 1, { bias: false });
   * conv.weight.item(); // 0.5153
   * conv.resetParameters();
   * conv.weight.item(); // -0.4414
   */
  resetParameters(): void {
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    const bound = 1 / Math.sqrt(fans("Conv2d", this.weight).fanIn);
    if (this.bias) uniform_(this.bias, -bound, bound);
  }

  override forward(input: Tensor): Tensor {
    const { stride, padding, dilation, groups } = this;
    return F.conv2d(input, this.weight, this.bias, { stride, padding, dilation, groups });
  }

  override extraRepr(): string {
    const fields = pythonFields(this, "kernelSize", "stride", "padding", "dilation", "groups");
    // PyTorch leaves out what has its default.
    const shown = fields.replace(/, (padding=\(0, 0\)|dilation=\(1, 1\)|groups=1\b)/g, "");
    return `${this.inChannels}, ${this.outChannels}, ${shown}${this.bias ? "" : ", bias=False"}`;
  }

  override pytorchArguments(): string {
    return this.extraRepr().replace(/padding=(same|valid)/, 'padding="$1"');
  }

  private checkGroups(): void {
    const { groups } = this;
    if (this.inChannels % groups === 0 && this.outChannels % groups === 0) return;
    throw new ArgumentError({
      op: "Conv2d",
      problem: `${groups} groups do not divide the channels`,
      expected: "inChannels and outChannels that are multiples of groups",
      got: `${this.inChannels} and ${this.outChannels}`,
    });
  }
}

const zerosOnly = "images are padded with zeros only";
answerForFields("Conv2d", Conv2d, "inChannels outChannels kernelSize", {
  paddingMode: zerosOnly,
  padding_mode: zerosOnly,
});
