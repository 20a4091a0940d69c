/** Elementwise operators and reductions. On integers (sizes) they are computed immediately. */
import { broadcastShapes, broadcastStrides, denseStrides, sizeOf } from "../../../graph/shape.js";
import { applyOp, registry } from "../../../graph/op.js";
import { tensor } from "../../../tensor/creation.js";
import { Tensor } from "../../../tensor/tensor.js";
import { TensorProto_DataType } from "onnx-buf";
import { numbersInput, tensorInput, unsupported, type Importer, type NodeImport } from "../node-import.js";
import { asTensor, Numbers, type Value } from "../values.js";

/** The elementwise ops for whose records one operator of ONNX is the same. */
function elementwise(): Record<string, Importer> {
  return Object.fromEntries(
    [...registry.values()].flatMap((op) => {
      if (op.lowering.kind !== "elementwise" || op.elsewhere === "internal" || !Array.isArray(op.elsewhere?.onnx))
        return [];
      const [operator, ...more] = op.elsewhere?.onnx as readonly string[];
      if (operator === undefined || more.length > 0) return [];
      const run = (...inputs: readonly (Value | undefined)[]) =>
        new Tensor(
          applyOp(
            op,
            inputs.map((input) => tensorInput(input).node),
            {},
          ),
        );
      return [[operator, () => run]];
    }),
  );
}

/** @param whole the operator on integers, if exporters use it for shapes */
const binary =
  (compute: (a: Tensor, b: Tensor) => Tensor, whole?: (a: number, b: number) => number): Importer =>
  () =>
  (a, b) => {
    if (a instanceof Numbers && b instanceof Numbers && whole) return combined(a, b, whole);
    return compute(tensorInput(a), tensorInput(b));
  };

/** Refuses integers that a number in JavaScript may not hold exactly; NaN marks a choice of `Where`. */
function exact(value: number): number {
  if (Number.isSafeInteger(value) || Number.isNaN(value)) return value;
  return unsupported(`it computes with ${value}, and only integers of up to 53 bits are supported`);
}

function combined(a: Numbers, b: Numbers, compute: (a: number, b: number) => number): Numbers {
  const shape = broadcastShapes("onnx", a.shape, b.shape);
  const steps = denseStrides(shape);
  const at = ({ shape: own, values }: Numbers, i: number): number => {
    const strides = broadcastStrides(own, denseStrides(own), shape);
    return values[shape.reduce((sum, size, axis) => sum + (Math.floor(i / steps[axis]!) % size) * strides[axis]!, 0)]!;
  };
  return new Numbers(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => exact(compute(exact(at(a, i)), exact(at(b, i))))),
  );
}

const variadic =
  (compute: (a: Tensor, b: Tensor) => Tensor): Importer =>
  () =>
  (...inputs) =>
    inputs.map(tensorInput).reduce(compute);

/** The axes are an attribute, or in later operator sets an input. The default is all axes. */
const reduction =
  (compute: (x: Tensor, axes: readonly number[], keepdims: boolean) => Tensor): Importer =>
  (node) => {
    const keepdims = node.number("keepdims", 1) !== 0;
    const attribute = node.numbers("axes");
    const isNothing = node.number("noop_with_empty_axes", 0) !== 0;
    return (input, given) => {
      const x = tensorInput(input);
      const axes = given === undefined ? attribute : numbersInput(given, "axes").values;
      if (axes && axes.length > 0) return compute(x, axes, keepdims);
      return isNothing ? x : compute(x, Array.from(x.shape.keys()), keepdims);
    };
  };

const argMax: Importer = (node) => {
  if (node.number("select_last_index", 0) !== 0) return unsupported("its select_last_index is not supported here");
  const [axis, keepdims] = [node.number("axis", 0), node.number("keepdims", 1) !== 0];
  return (input) => tensorInput(input).argmax(axis, keepdims);
};

/** ONNX's limit where none is given: an infinity becomes the largest float32. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/**
 * The limits are attributes before operator set 11, and inputs from then on. A limit that is NaN does nothing; at a limit
 * the whole gradient passes.
 */
const clip: Importer = (node) => {
  const [least, most] = [node.number("min", -LARGEST), node.number("max", LARGEST)];
  return (input, min, max) => {
    const x = tensorInput(input);
    const isWhole = x.dtype === "int32";
    const limit = (given: Value | undefined, otherwise: number): Tensor | number | undefined =>
      given === undefined ? (isWhole ? undefined : otherwise) : asTensor(given);
    const [low, high] = [limit(min, least), limit(max, most)];
    const raised = low === undefined ? x : x.lt(low).where(low, x);
    return high === undefined ? raised : raised.gt(high).where(high, raised);
  };
};

/** As `torch.leaky_relu`: the gradient at 0 is the slope. */
const leakyRelu: Importer = (node) => {
  const alpha = node.number("alpha", 0.01);
  return (input) => {
    const x = tensorInput(input);
    return x.gt(0).where(x, x.mul(alpha));
  };
};

/** Unlike PyTorch's, the sign of NaN is NaN. */
const signOf: Importer = () => (input) => {
  const x = tensorInput(input);
  return x.ne(x).where(x, x.sign());
};

/**
 * C's `pow` of −∞ and −0 differs from the square root. So an exponent of ±½ is passed as data, for which there is no
 * shorter way.
 */
const pow: Importer = (node) => {
  const exponent = node.floats(1);
  const isRoot = exponent?.data.length === 1 && Math.abs(exponent.data[0]!) === 0.5;
  return (a, b) => tensorInput(a).pow(isRoot ? tensor(exponent.data, exponent.shape) : tensorInput(b));
};

const FLOATS: readonly number[] = [TensorProto_DataType.FLOAT, TensorProto_DataType.DOUBLE];
const WHOLE: readonly number[] = [TensorProto_DataType.INT32, TensorProto_DataType.INT64];

const cast: Importer = (node: NodeImport) => {
  node.ignore("saturate", "round_mode"); // of types that are refused below
  const to: TensorProto_DataType = node.number("to", 0);
  if (FLOATS.includes(to)) return (input) => tensorInput(input).float();
  if (WHOLE.includes(to)) return (input): Value => (input instanceof Numbers ? input : whole(tensorInput(input)));
  if (to === TensorProto_DataType.BOOL) return (input) => tensorInput(input).ne(0);
  return unsupported(`a cast to ${TensorProto_DataType[to] ?? to} is not supported here`);
};

/** Numbers without their fractions. What does not fit into int32 is added to itself, and so refused in the run. */
function whole(x: Tensor): Tensor {
  if (x.dtype === "int32") return x;
  const made = x.int();
  return made.add(
    made.mul(
      x
        .abs()
        .lt(2 ** 31)
        .eq(0),
    ),
  );
}

export const arithmetic: Readonly<Record<string, Importer>> = {
  ...elementwise(),
  Add: binary(
    (a, b) => a.add(b),
    (a, b) => a + b,
  ),
  Sub: binary(
    (a, b) => a.sub(b),
    (a, b) => a - b,
  ),
  Mul: binary(
    (a, b) => a.mul(b),
    (a, b) => a * b,
  ),
  Div: binary(
    // Here the quotient of integers is a float.
    (a, b) =>
      a.dtype === "int32" && b.dtype === "int32"
        ? unsupported("a division of integers is not supported here")
        : a.div(b),
    (a, b) => Math.trunc(a / b),
  ),
  Pow: pow,
  Sign: signOf,
  MatMul: binary((a, b) => a.matmul(b)),
  Max: variadic((a, b) => a.maximum(b)),
  Min: variadic((a, b) => a.minimum(b)),
  Sum: variadic((a, b) => a.add(b)),
  Equal: binary(
    (a, b) => a.eq(b),
    (a, b) => Number(a === b),
  ),
  Not: () => (x) => tensorInput(x).eq(0),
  Where: () => (condition, yes, no) => {
    if (condition instanceof Numbers && yes instanceof Numbers && no instanceof Numbers) {
      const chosen = combined(condition, yes, (c, value) => (c === 0 ? NaN : value));
      return combined(chosen, no, (value, other) => (Number.isNaN(value) ? other : value));
    }
    return tensorInput(condition).where(tensorInput(yes), tensorInput(no));
  },
  LeakyRelu: leakyRelu,
  Clip: clip,
  Cast: cast,
  ReduceSum: reduction((x, axes, keepdims) => x.sum(axes, keepdims)),
  ReduceMean: reduction((x, axes, keepdims) => {
    if (x.dtype === "int32") return unsupported("a mean of integers is not supported here");
    if (axes.some((axis) => x.shape.at(axis) === 0)) return unsupported("a mean of no elements is not supported here");
    return x.mean(axes, keepdims);
  }),
  ReduceMax: reduction((x, axes, keepdims) => x.amax(axes, keepdims)),
  ReduceMin: reduction((x, axes, keepdims) => x.amin(axes, keepdims)),
  ArgMax: argMax,
};
