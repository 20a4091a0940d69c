/**
 * Making tensors: of given elements, of one number, or of other tensors side by side. PyTorch: its creation and joining
 * ops.
 */
import { ArgumentError, ShapeError, StateError } from "../errors/errors.js";
import type { Dtype, HostArray } from "../graph/node.js";
import { isRecording } from "../graph/recording.js";
import { Variable } from "../graph/variable.js";
import * as ops from "../ops/index.js";
import { formatShape, resolveAxis, sizeOf, type Shape } from "../graph/shape.js";
import { flatten, nestedShape, type NestedNumbers } from "./nested.js";
import { Tensor } from "./tensor.js";

export interface TensorOptions {
  readonly dtype?: Dtype;
  readonly requiresGrad?: boolean;
}

/**
 * A tensor of these elements: nested arrays, or a typed array with its shape. A typed array is not copied and must
 * not be changed afterwards. float32, but int32 for an Int32Array. PyTorch: `torch.tensor`.
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
      problem: `${list.length} elements do not fill ${formatShape(full)}`,
      expected: String(sizeOf(full)),
    });
  }
  if (isRecording()) {
    throw new StateError({
      op: "tensor",
      problem: "a tensor is made from data inside a compiled function, which would keep these elements for ever",
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

export function zeros(shape: Shape, options: TensorOptions = {}): Tensor {
  return filled(0, shape, options);
}
export function ones(shape: Shape, options: TensorOptions = {}): Tensor {
  return filled(1, shape, options);
}
export function full(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
  return filled(value, shape, options);
}
/** 0, 1, 2, … as int32. PyTorch: `torch.arange`. */
export function arange(length: number): Tensor {
  return tensor(Int32Array.from({ length }, (_, i) => i));
}
/** Joins tensors along an existing axis. PyTorch: `torch.cat`. */
export function cat(tensors: readonly Tensor[], axis = 0): Tensor {
  if (tensors.length === 0) throw new ArgumentError({ op: "cat", problem: "there is nothing to join" });
  return new Tensor(
    ops.cat(
      tensors.map((part) => part.node),
      resolveAxis("cat", axis, tensors[0]!.ndim),
    ),
  );
}
/** Joins tensors of one shape along a new axis. PyTorch: `torch.stack`. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  return cat(
    tensors.map((part) => part.unsqueeze(axis)),
    axis,
  );
}
