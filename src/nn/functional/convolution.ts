/** Convolution as a function. */
import { orNull } from "../../errors/kinds.js";
import { checked, optional, required, type Arguments } from "../../errors/signature.js";
import { anyTensor } from "../../tensor/kinds.js";
import { ArgumentError } from "../../errors/errors.js";
import type { Node } from "../../graph/node.js";
import * as ops from "../../ops/index.js";
import { pair, type Pair } from "../../graph/shape.js";
import { requireBias } from "./bias.js";
import { Tensor } from "../../tensor/tensor.js";
import { conv2dParameters } from "./parameters.js";
import type { Size2d } from "./size.js";

/** Options of `F.conv2d`. */
export interface Conv2dOptions {
  /** The distance between two positions of the kernel. Default 1. */
  readonly stride?: Size2d;

  /**
   * The number of zeros around the image. "valid" means none; "same" means as many as keep height and width, with
   * stride 1 only. Default 0.
   */
  readonly padding?: Size2d | "same" | "valid";
  /** The distance between the pixels that the kernel reads. Default 1. */
  readonly dilation?: Size2d;

  /**
   * The number of groups of channels, which do not see each other. It must divide both numbers of channels. Default 1.
   */
  readonly groups?: number;
}

/**
 * Convolves images with kernels; more exactly, cross-correlates. PyTorch: `torch.nn.functional.conv2d`.
 * @param input images [N, C, H, W]
 * @param weight kernels [O, C / groups, KH, KW]
 * @param bias what is added to each output channel, [O]; null for nothing
 * @param rest stride, padding, dilation and groups: in this order, or by name in an object
 * @returns a tensor [N, O, OH, OW], where OH = ⌊(H + 2·padding − dilation·(KH − 1) − 1) / stride⌋ + 1 and OW likewise
 * @throws ShapeError if the channels do not fit or the kernel is larger than the padded image; ArgumentError for an
 *   option out of its range
 * @function
 * @example
 * F.conv2d(zeros([8, 1, 28, 28]), zeros([32, 1, 3, 3])).shape; // [8, 32, 26, 26]
 * F.conv2d(zeros([8, 1, 28, 28]), zeros([32, 1, 3, 3]), null, { stride: 2, padding: 1 }).shape; // [8, 32, 14, 14]
 */
export const conv2d: (
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  ...rest: Arguments<Conv2dOptions, typeof conv2dParameters>
) => Tensor = checked(
  "conv2d",
  [
    required("input", anyTensor),
    required("weight", anyTensor),
    optional("bias", orNull(anyTensor), null),
    ...conv2dParameters,
  ],
  convolve,
);

/** A convolution's arguments, with the defaults of those that are missing. */
type Convolution = Required<Conv2dOptions> & {
  readonly input: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor | null;
};

function convolve({ input, weight, bias, groups, padding: wanted, ...given }: Convolution): Tensor {
  const [stride, dilation] = [pair(given.stride), pair(given.dilation)];
  const same = wanted === "same" ? samePadding(weight.node, stride, dilation) : undefined;
  const padding = same ? same.around : pair(wanted === "valid" ? 0 : (wanted as Size2d));
  const padded = same ? padEnd(input.node, same.more) : input.node;
  const y = ops.conv2d(padded, weight.node, { stride, padding, dilation, groups });
  if (!bias) return new Tensor(y);
  requireBias("conv2d", bias, weight);
  return new Tensor(ops.add(y, ops.reshape(bias.node, [1, bias.numel(), 1, 1])));
}

/**
 * The padding that "same" adds on every side. If the total is odd, the bottom and the right get one more, as in
 * PyTorch.
 */
function samePadding(weight: Node, stride: Pair, dilation: Pair): { around: Pair; more: Pair } {
  if (stride[0] !== 1 || stride[1] !== 1) {
    throw new ArgumentError({
      op: "conv2d",
      problem: `padding "same" is not possible with stride [${stride.join(",")}]`,
      hint: "use stride 1, or give the padding as a number",
    });
  }
  const total = [0, 1].map((axis) => dilation[axis]! * ((weight.shape[axis + 2] ?? 1) - 1));
  return {
    around: [Math.floor(total[0]! / 2), Math.floor(total[1]! / 2)],
    more: [total[0]! % 2, total[1]! % 2],
  };
}

/** Adds rows of zeros below and columns of zeros to the right of x [N,C,H,W]. */
function padEnd(x: Node, [rows, columns]: Pair): Node {
  if ((rows === 0 && columns === 0) || x.shape.length !== 4) return x;
  return ops.pad(x, { before: [0, 0, 0, 0], after: [0, 0, rows, columns], interior: [0, 0, 0, 0], value: 0 });
}
