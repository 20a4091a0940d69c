/**
 * Creating tensors: from given elements, from one number, or by joining other tensors. PyTorch: creation ops and
 * joining ops.
 */
import { ArgumentError, ShapeError, StateError } from "../errors/errors.js";
import type { Dtype, HostArray } from "../graph/node.js";
import { isRecording } from "../graph/recording.js";
import { Variable } from "../graph/variable.js";
import * as ops from "../ops/index.js";
import { formatShape, resolveAxis, sizeOf, type Shape } from "../graph/shape.js";
import { flatten, nestedShape, type NestedNumbers } from "./nested.js";
import { Tensor } from "./tensor.js";
import { counted } from "../text/counted.js";

/** Options of `tensor`, `zeros`, `ones` and `full`. */
export interface TensorOptions {
  /** The type of the elements. Default "float32"; for `tensor` of an Int32Array, "int32". */
  readonly dtype?: Dtype;
  /** Whether to make a leaf for which `backward()` computes a gradient; float32 only. Default false. */
  readonly requiresGrad?: boolean;
}

/**
 * Creates a tensor from numbers. PyTorch: `torch.tensor`.
 * @param elements nested arrays, or a typed array, which is not copied and must not be changed afterwards
 * @param shape the shape; by default that of the nested arrays, or [length]
 * @param options the type of the elements, and whether it is a leaf that requires a gradient
 * @returns a float32 tensor; int32 for an Int32Array or by option
 * @throws ShapeError if the arrays are uneven or do not fill the shape; ArgumentError if int32 elements are to require
 *   a gradient; StateError inside a function that is being compiled
 * @example
 * tensor([[1, 2], [3, 4]]).shape; // [2, 2]
 * tensor(Int32Array.of(3, 7)).dtype; // "int32"
 * tensor(Float32Array.of(1, 2, 3, 4), [2, 2]).tolist(); // [[1, 2], [3, 4]]
 */
export function tensor(elements: NestedNumbers | HostArray, shape?: Shape, options: TensorOptions = {}): Tensor {
  const typed = elements instanceof Float32Array || elements instanceof Int32Array;
  const measured = typed ? (shape ?? [elements.length]) : nestedShape(elements);
  const dtype = options.dtype ?? (elements instanceof Int32Array ? "int32" : "float32");
  const list = typed ? elements : flatten(elements);
  const full = shape ?? measured;
  if (sizeOf(full) !== list.length) {
    throw new ShapeError({
      op: "tensor",
      problem: `${counted(list.length, "element")} cannot fill the shape ${formatShape(full)}`,
      expected: String(sizeOf(full)),
    });
  }
  if (isRecording()) {
    throw new StateError({
      op: "tensor",
      problem:
        "a tensor is made from data inside a compiled function, which would reuse the same elements in every call",
      hint: "make it outside, or pass it as an argument",
    });
  }
  const fits = typed && (dtype === "int32") === elements instanceof Int32Array;
  const host = fits ? elements : dtype === "int32" ? Int32Array.from(list) : Float32Array.from(list);
  if (!options.requiresGrad) return new Tensor(ops.data(host, full, dtype));
  if (dtype !== "float32") throw new ArgumentError({ op: "tensor", problem: "only float32 can require a gradient" });
  return Tensor.ofVariable(new Variable(full, dtype, host.slice()), true);
}

function filled(value: number, shape: Shape, options: TensorOptions): Tensor {
  if (!options.requiresGrad) return new Tensor(ops.constant(value, shape, options.dtype));
  return Tensor.ofVariable(new Variable(shape, "float32", new Float32Array(sizeOf(shape)).fill(value)), true);
}

/**
 * Creates a tensor of zeros. PyTorch: `torch.zeros`.
 * @param shape its shape
 * @param options the type of the elements, and whether it is a leaf that requires a gradient
 * @returns a float32 tensor, or int32 by option
 * @example zeros([2, 3]).tolist(); // [[0, 0, 0], [0, 0, 0]]
 */
export function zeros(shape: Shape, options: TensorOptions = {}): Tensor {
  return filled(0, shape, options);
}

/**
 * Creates a tensor of ones. PyTorch: `torch.ones`.
 * @param shape its shape
 * @param options the type of the elements, and whether it is a leaf that requires a gradient
 * @returns a float32 tensor, or int32 by option
 * @example ones([3]).tolist(); // [1, 1, 1]
 */
export function ones(shape: Shape, options: TensorOptions = {}): Tensor {
  return filled(1, shape, options);
}

/**
 * Creates a tensor filled with one value. PyTorch: `torch.full`.
 * @param shape its shape
 * @param value the value of every element
 * @param options the type of the elements, and whether it is a leaf that requires a gradient
 * @returns a float32 tensor, or int32 by option
 * @example full([2, 2], 0.5).tolist(); // [[0.5, 0.5], [0.5, 0.5]]
 */
export function full(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
  return filled(value, shape, options);
}

/**
 * Returns the integers from 0 to `length` − 1. PyTorch: `torch.arange`.
 * @param length how many numbers
 * @returns an int32 tensor [length]
 * @throws StateError inside a function that is being compiled
 * @example arange(4).tolist(); // [0, 1, 2, 3]
 */
export function arange(length: number): Tensor {
  return tensor(Int32Array.from({ length }, (_, i) => i));
}

/**
 * Concatenates tensors along an existing axis. PyTorch: `torch.cat`.
 * @param tensors at least one; their shapes may differ along this axis only
 * @param axis the axis along which to concatenate
 * @returns a tensor whose size along the axis is the sum of theirs
 * @throws ArgumentError if there is no tensor, ShapeError if the shapes do not fit or the axis does not exist
 * @example cat([tensor([[1, 2]]), tensor([[3, 4], [5, 6]])]).tolist(); // [[1, 2], [3, 4], [5, 6]]
 */
export function cat(tensors: readonly Tensor[], axis = 0): Tensor {
  if (tensors.length === 0) throw new ArgumentError({ op: "cat", problem: "no tensors were given" });
  return new Tensor(
    ops.cat(
      tensors.map((part) => part.node),
      resolveAxis("cat", axis, tensors[0]!.ndim),
    ),
  );
}

/**
 * Stacks tensors of the same shape along a new axis. PyTorch: `torch.stack`.
 * @param tensors at least one
 * @param axis the position of the new axis in the result
 * @returns a tensor with one more axis, whose size is the number of tensors
 * @throws ArgumentError if there is no tensor, ShapeError if the shapes differ or the result has no such axis
 * @example stack([tensor([1, 2]), tensor([3, 4])]).tolist(); // [[1, 2], [3, 4]]
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  return cat(
    tensors.map((part) => part.unsqueeze(axis)),
    axis,
  );
}
