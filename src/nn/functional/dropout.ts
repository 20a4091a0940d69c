/**
 * Dropout as functions: "inverted", so what is kept is scaled up in training and evaluation needs no scaling. Which
 * elements are dropped follows from two numbers that each call draws from the default generator.
 */
import { ArgumentError } from "../../errors/errors.js";
import type { Node } from "../../graph/node.js";
import * as ops from "../../ops/index.js";
import { requireImage } from "../../ops/window.js";
import { defaultGenerator } from "../../random/random.js";
import type { Shape } from "../../graph/shape.js";
import { Tensor } from "../../tensor/tensor.js";

/**
 * Sets each element to 0 with probability p and divides the others by 1 − p. Outside training: the input itself.
 * PyTorch: `torch.nn.functional.dropout`.
 * @throws ArgumentError if p is not within [0, 1]
 * @example F.dropout(x, 0.1, model.training)
 */
export function dropout(input: Tensor, p = 0.5, training = true): Tensor {
  return drop("dropout", input, input.shape, p, training);
}

/**
 * The same, but whole channels of an input [N,C,H,W] are dropped. PyTorch: `torch.nn.functional.dropout2d`.
 * @throws ArgumentError if p is not within [0, 1], ShapeError if the input has other axes
 */
export function dropout2d(input: Tensor, p = 0.5, training = true): Tensor {
  requireImage("dropout2d", "input", input.node);
  return drop("dropout2d", input, [input.shape[0]!, input.shape[1]!, 1, 1], p, training);
}

/** Multiplies by a mask of this shape, which broadcasts to the input's. */
function drop(op: string, input: Tensor, shape: Shape, p: number, training: boolean): Tensor {
  if (!(p >= 0 && p <= 1)) {
    throw new ArgumentError({ op, problem: `the probability p is ${p}`, expected: "a number from 0 to 1" });
  }
  if (!training || p === 0) return input;
  if (p === 1) return input.mul(0);
  const kept = ops.ge(ops.random(freshKey(), shape), ops.constant(p));
  return new Tensor(ops.mul(input.node, ops.where(kept, ops.constant(1 / (1 - p)), ops.constant(0))));
}

/** An int32[2] that names a stream of random numbers. A leaf, so the next step's is no other program. */
function freshKey(): Node {
  return ops.live(() => Int32Array.of(defaultGenerator.random(), defaultGenerator.random()), [2], "int32");
}
