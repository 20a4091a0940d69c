/**
 * Dropout as functions. This is "inverted" dropout: the elements that are kept are scaled up in training, so evaluation
 * needs no scaling. Each call draws two numbers from the default generator, and they determine which elements are
 * dropped.
 */
import { flag, numberWithin } from "../../errors/kinds.js";
import { checked, optional, required, type Arguments } from "../../errors/signature.js";
import type { Node } from "../../graph/node.js";
import * as ops from "../../ops/index.js";
import { requireImage } from "../../ops/window.js";
import { defaultGenerator } from "../../random/random.js";
import type { Shape } from "../../graph/shape.js";
import { anyTensor } from "../../tensor/kinds.js";
import { Tensor } from "../../tensor/tensor.js";
import { inplace, type InplaceOptions } from "./inplace.js";

/** Options of `F.dropout` and `F.dropout2d`. */
export interface DropoutOptions extends InplaceOptions {
  /** The probability with which something is dropped, from 0 to 1. Default 0.5. */
  readonly p?: number;
  /** Whether to drop anything; otherwise the input is returned. Default true. */
  readonly training?: boolean;
}

const dropoutParameters = [optional("p", numberWithin(0, 1), 0.5), optional("training", flag, true), inplace] as const;

/**
 * Sets each element to 0 with probability p and divides the others by 1 − p, so that the expected value stays the same.
 * Srivastava et al. 2014. PyTorch: `torch.nn.functional.dropout`.
 * @param input a tensor of any shape
 * @param rest the probability p, from 0 to 1, and whether to drop anything; otherwise the input is returned
 * @returns a tensor of the same shape
 * @throws ArgumentError if p is not between 0 and 1
 * @function
 * @example
 * manualSeed(1);
 * F.dropout(ones([6]), 0.5).tolist(); // [2, 0, 2, 2, 2, 2]
 * F.dropout(ones([3]), 0.5, false).tolist(); // [1, 1, 1]
 */
export const dropout: (input: Tensor, ...rest: Arguments<DropoutOptions, typeof dropoutParameters>) => Tensor = checked(
  "dropout",
  [required("input", anyTensor), ...dropoutParameters],
  ({ input, p, training }) => drop(input, input.shape, p, training),
);

/**
 * Drops whole channels, as `dropout` does elements. PyTorch: `torch.nn.functional.dropout2d`.
 * @param input images [N, C, H, W]
 * @param rest the probability p that a channel of an image is dropped, from 0 to 1, and whether to drop anything;
 *   otherwise the input is returned
 * @returns a tensor [N, C, H, W]
 * @throws ArgumentError if p is not between 0 and 1; ShapeError if the input does not have four axes
 * @function
 * @example
 * manualSeed(1);
 * F.dropout2d(ones([1, 6, 2, 2]), 0.5).amax([0, 2, 3]).tolist(); // [2, 0, 2, 2, 2, 2]
 */
export const dropout2d: (input: Tensor, ...rest: Arguments<DropoutOptions, typeof dropoutParameters>) => Tensor =
  checked("dropout2d", [required("input", anyTensor), ...dropoutParameters], ({ input, p, training }) => {
    requireImage("dropout2d", "input", input.node);
    return drop(input, [input.shape[0]!, input.shape[1]!, 1, 1], p, training);
  });

/** Multiplies the input by a random mask of this shape, which broadcasts to the input's shape. */
function drop(input: Tensor, shape: Shape, p: number, training: boolean): Tensor {
  if (!training || p === 0) return input;
  if (p === 1) return input.mul(0);
  const kept = ops.ge(ops.random(freshKey(), shape), ops.constant(p));
  return new Tensor(ops.mul(input.node, ops.where(kept, ops.constant(1 / (1 - p)), ops.constant(0))));
}

/**
 * An int32[2] that identifies a stream of random numbers. It is a leaf, so the next step does not need a new program.
 */
function freshKey(): Node {
  return ops.live(() => Int32Array.of(defaultGenerator.random(), defaultGenerator.random()), [2], "int32");
}
