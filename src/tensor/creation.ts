/**
 * Creating tensors: from given elements, from one number, or by joining other tensors. PyTorch: creation ops and
 * joining ops.
 */
import { ArgumentError, ShapeError, StateError } from "../errors/errors.js";
import { anyNumber, arrayOf, flag, integer, kind, number, oneOf } from "../errors/kinds.js";
import { checked, optional, required, Signature, type Arguments } from "../errors/signature.js";
import { shown } from "../errors/shown.js";
import type { Dtype, HostArray } from "../graph/node.js";
import { isRecording } from "../graph/recording.js";
import { Variable } from "../graph/variable.js";
import * as ops from "../ops/index.js";
import { formatShape, resolveAxis, sizeOf, type Shape } from "../graph/shape.js";
import { anyTensor, mostElements, shapeKind, withShape } from "./kinds.js";
import { flatten, holdsIntegers, isTypedArray, nestedShape, type NestedNumbers } from "./nested.js";
import { Tensor } from "./tensor.js";
import { counted } from "../text/counted.js";

const optionalParameters = [
  optional("dtype", oneOf<Dtype>("float32", "int32")),
  optional("requiresGrad", flag, false),
] as const;
type Options = Arguments<TensorOptions, typeof optionalParameters>;

const elementsKind = kind<NestedNumbers>(
  "numbers in nested arrays, or a typed array",
  (value) => isTypedArray(value) || Array.isArray(value) || typeof value === "number" || typeof value === "boolean",
);
const ofArange = new Signature("arange", [
  required("start", number),
  required("end", number),
  optional("step", number, 1),
]);

/** Options of `tensor`, `zeros`, `ones` and `full`. */
export interface TensorOptions {
  /** The type of the elements. Default "float32"; for `tensor` of typed arrays of integers, "int32". */
  readonly dtype?: Dtype;
  /** Whether to make a leaf for which `backward()` computes a gradient; float32 only. Default false. */
  readonly requiresGrad?: boolean;
}

/**
 * Creates a tensor from numbers. PyTorch: `torch.tensor`.
 * @param elements nested arrays, or typed arrays; they are copied
 * @param shape the shape; by default that of the nested arrays, or [length]
 * @param rest the type of the elements, and whether it is a leaf that requires a gradient
 * @returns a float32 tensor; int32 for typed arrays of integers or by option
 * @throws ArgumentError for an element that is not a number, or that int32 cannot hold, or if int32 elements are to
 *   require a gradient; ShapeError if the arrays are uneven or do not fill the shape; StateError inside a function that is
 *   being compiled
 * @function
 * @example
 * tensor([[1, 2], [3, 4]]).shape; // [2, 2]
 * tensor(Uint8Array.of(3, 255)).dtype; // "int32"
 * tensor(Float32Array.of(1, 2, 3, 4), [2, 2]).tolist(); // [[1, 2], [3, 4]]
 * tensor([1, 2], { requiresGrad: true }).requiresGrad; // true
 */
export const tensor: {
  (elements: NestedNumbers, shape?: Shape, ...rest: Options): Tensor;
  (elements: NestedNumbers, options: TensorOptions): Tensor;
} = checked(
  "tensor",
  [required("elements", elementsKind), optional("shape", shapeKind), ...optionalParameters],
  ({ elements, shape, dtype, requiresGrad }) => {
    refuseRecording();
    const list = isTypedArray(elements) ? elements : flatten(elements);
    const full = [...(shape ?? nestedShape(elements))];
    if (sizeOf(full) !== list.length) {
      throw new ShapeError({
        op: "tensor",
        problem: `${counted(list.length, "element")} cannot fill the shape ${formatShape(full)}`,
        expected: String(sizeOf(full)),
      });
    }
    const type = dtype ?? (holdsIntegers(elements) ? "int32" : "float32");
    const host =
      type === "int32"
        ? asInt32(list)
        : list instanceof Float32Array
          ? new Float32Array(list)
          : Float32Array.from(list, Number);
    if (!requiresGrad) return new Tensor(ops.data(host, full, type));
    refuseIntegerGradient("tensor", type);
    return Tensor.ofVariable(new Variable(full, type, host), true);
  },
);

/**
 * Makes a tensor of elements that are not copied, because nobody else will write to them.
 * @internal
 */
export function tensorOfOwn(elements: HostArray, shape: Shape): Tensor {
  refuseRecording();
  return new Tensor(ops.data(elements, shape, elements instanceof Int32Array ? "int32" : "float32"));
}

function refuseRecording(): void {
  if (!isRecording()) return;
  throw new StateError({
    op: "tensor",
    problem: "a tensor is made from data inside a compiled function, which would reuse its elements",
    hint: "pass it as an argument, or make it new nn.Buffer(x) outside",
  });
}

function refuseIntegerGradient(op: string, dtype: Dtype): void {
  if (dtype !== "float32") throw new ArgumentError({ op, problem: "only float32 can require a gradient" });
}

/** The elements as int32, rounded towards zero as in PyTorch. @throws ArgumentError for one that does not fit */
function asInt32(list: ArrayLike<number | bigint>): Int32Array {
  if (list instanceof Int32Array) return new Int32Array(list);
  return Int32Array.from(list, (element, position) => {
    const value = Math.trunc(Number(element));
    if (value === (value | 0)) return value;
    throw new ArgumentError({
      op: "tensor",
      problem: `element ${position} does not fit into int32`,
      expected: "numbers from -2147483648 to 2147483647",
      got: shown(element),
    });
  });
}

function filled(op: string, value: number, shape: Shape, dtype: Dtype = "float32", requiresGrad = false): Tensor {
  if (dtype === "int32" && value !== (value | 0)) {
    throw new ArgumentError({ op, problem: "invalid value", expected: "an int32 number", got: String(value) });
  }
  if (!requiresGrad) return new Tensor(ops.constant(value, shape, dtype));
  refuseIntegerGradient(op, dtype);
  return Tensor.ofVariable(new Variable(shape, "float32", new Float32Array(sizeOf(shape)).fill(value)), true);
}

/** A function that takes a shape, in an array or one size after the other, and options. */
interface OfShape {
  (shape: Shape, ...rest: Options): Tensor;
  (...sizes: readonly number[]): Tensor;
}

function constantOf(op: string, value: number): OfShape {
  const signature = new Signature(op, [required("shape", shapeKind), ...optionalParameters]);
  return (...given: readonly unknown[]) => {
    const { shape, dtype, requiresGrad } = signature.read(withShape(given));
    return filled(op, value, shape, dtype, requiresGrad);
  };
}

/**
 * Creates a tensor of zeros. PyTorch: `torch.zeros`.
 * @param shape its shape, in an array or one size after the other
 * @param rest the type of the elements, and whether it is a leaf that requires a gradient
 * @returns a float32 tensor, or int32 by option
 * @throws ArgumentError for a size that is not an integer from 0
 * @function
 * @example
 * zeros([2, 3]).tolist(); // [[0, 0, 0], [0, 0, 0]]
 * zeros(2, 3).shape; // [2, 3]
 */
export const zeros: OfShape = constantOf("zeros", 0);

/**
 * Creates a tensor of ones. PyTorch: `torch.ones`.
 * @param shape its shape, in an array or one size after the other
 * @param rest the type of the elements, and whether it is a leaf that requires a gradient
 * @returns a float32 tensor, or int32 by option
 * @throws ArgumentError for a size that is not an integer from 0
 * @function
 * @example ones([3]).tolist(); // [1, 1, 1]
 */
export const ones: OfShape = constantOf("ones", 1);

/**
 * Creates a tensor filled with one value. PyTorch: `torch.full`.
 * @param shape its shape
 * @param value the value of every element
 * @param rest the type of the elements, and whether it is a leaf that requires a gradient
 * @returns a float32 tensor, or int32 by option
 * @throws ArgumentError for a size that is not an integer from 0, or a value that int32 cannot hold
 * @function
 * @example full([2, 2], 0.5).tolist(); // [[0.5, 0.5], [0.5, 0.5]]
 */
export const full: (shape: Shape, value: number, ...rest: Options) => Tensor = checked(
  "full",
  [required("shape", shapeKind), required("value", anyNumber), ...optionalParameters],
  ({ shape, value, dtype, requiresGrad }) => filled("full", value, [...shape], dtype, requiresGrad),
);

/**
 * Returns numbers at equal distances. PyTorch: `torch.arange`.
 * @param rest the end, which is not reached; or start and end; or start, end and the distance
 * @returns a tensor with one axis: int32 if start, end and distance are integers, and otherwise float32
 * @throws ArgumentError if the distance leads away from the end, or for an integer that int32 cannot hold; StateError inside a function that is being compiled
 * @function
 * @example
 * arange(4).tolist(); // [0, 1, 2, 3]
 * arange(2, 5).tolist(); // [2, 3, 4]
 * arange(0, 1, 0.25).tolist(); // [0, 0.25, 0.5, 0.75]
 */
export const arange: {
  (end: number): Tensor;
  (start: number, end: number, step?: number): Tensor;
} = (...given: readonly unknown[]): Tensor => {
  const { start, end, step } = ofArange.read(
    typeof given[0] === "number" && given.length === 1 ? [0, ...given] : given,
  );
  const count = Math.ceil((end - start) / step);
  if (!(count >= 0 && count <= mostElements)) {
    throw new ArgumentError({
      op: "arange",
      problem: `steps of ${step} do not lead from ${start} to ${end}`,
      expected: `a step of the right sign, and at most ${mostElements} numbers`,
    });
  }
  const numbers = Float64Array.from({ length: count }, (_, i) => start + i * step);
  const whole = [start, end, step].every(Number.isInteger);
  return tensor(numbers, { dtype: whole ? "int32" : "float32" });
};

/**
 * Concatenates tensors along an existing axis. PyTorch: `torch.cat`.
 * @param tensors at least one; their shapes may differ along this axis only
 * @param axis the axis along which to concatenate
 * @returns a tensor whose size along the axis is the sum of theirs
 * @throws ArgumentError if there is no tensor, ShapeError if the shapes do not fit or the axis does not exist
 * @function
 * @example cat([tensor([[1, 2]]), tensor([[3, 4], [5, 6]])]).tolist(); // [[1, 2], [3, 4], [5, 6]]
 */
export const cat: (tensors: readonly Tensor[], axis?: number) => Tensor = checked(
  "cat",
  [required("tensors", arrayOf(anyTensor)), optional("axis", integer(), 0)],
  ({ tensors, axis }) => join("cat", tensors, axis),
);

function join(op: string, tensors: readonly Tensor[], axis: number): Tensor {
  if (tensors.length === 0) throw new ArgumentError({ op, problem: "no tensors were given" });
  return new Tensor(
    ops.cat(
      tensors.map((part) => part.node),
      resolveAxis(op, axis, tensors[0]!.ndim),
    ),
  );
}

/**
 * Stacks tensors of the same shape along a new axis. PyTorch: `torch.stack`.
 * @param tensors at least one
 * @param axis the position of the new axis in the result
 * @returns a tensor with one more axis, whose size is the number of tensors
 * @throws ArgumentError if there is no tensor, ShapeError if the shapes differ or the result has no such axis
 * @function
 * @example stack([tensor([1, 2]), tensor([3, 4])]).tolist(); // [[1, 2], [3, 4]]
 */
export const stack: (tensors: readonly Tensor[], axis?: number) => Tensor = checked(
  "stack",
  [required("tensors", arrayOf(anyTensor)), optional("axis", integer(), 0)],
  ({ tensors, axis }) =>
    join(
      "stack",
      tensors.map((part) => part.unsqueeze(axis)),
      axis,
    ),
);
