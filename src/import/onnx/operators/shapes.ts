/** Operators that move elements, or compute the sizes for other operators that do. */
import { broadcastShapes, sizeOf } from "../../../graph/shape.js";
import { cat, full, tensor } from "../../../tensor/creation.js";
import { numbersInput, tensorInput, unsupported, type Importer, type NodeImport, type Run } from "../node-import.js";
import type { Constant } from "../tensor-proto.js";
import { asTensor, Numbers, permuted, take, type Value } from "../values.js";

/**
 * More than a batch of a small network has. Without this limit, a few bytes of a hostile file could demand minutes of
 * work.
 */
const MAX_ELEMENTS = 2 ** 24;

/** Reshapes a value. The shape's sizes must all be known. */
function reshaped(value: Value, shape: readonly number[]): Value {
  return value instanceof Numbers ? new Numbers(shape, value.values) : value.reshape(shape);
}

/** Returns the axis counted from the front. */
export function resolved(axis: number, rank: number): number {
  const index = axis < 0 ? axis + rank : axis;
  return Number.isInteger(axis) && index >= 0 && index < rank ? index : unsupported(`it has no axis ${axis}`);
}

/** Returns the axes counted from the front, none of them twice. */
function distinct(axes: readonly number[], rank: number): number[] {
  const indices = axes.map((axis) => resolved(axis, rank));
  return new Set(indices).size === axes.length ? indices : unsupported(`it names an axis twice: ${axes.join(", ")}`);
}

function present(value: Value | undefined): Value {
  return value ?? unsupported("an input that it needs is missing");
}

/** Reads numbers that are an attribute in older operator sets and an input in newer ones. */
export function listOf(node: NodeImport, name: string): (input: Value | undefined) => readonly number[] | undefined {
  const attribute = node.numbers(name);
  return (input) => (input === undefined ? attribute : numbersInput(input, name).values);
}

const reshape: Importer = (node) => {
  const keepsZeros = node.number("allowzero", 0) !== 0;
  const sizesOf = listOf(node, "shape");
  return (input, shape) => {
    const value = present(input);
    const from = value.shape;
    const wanted = sizesOf(shape) ?? unsupported("its shape is missing");
    const sizes = wanted.map((size, axis) => (size === 0 && !keepsZeros ? (from[axis] ?? 0) : size));
    const known = sizes.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
    return reshaped(
      value,
      sizes.map((size) => (size === -1 ? sizeOf(from) / known : size)),
    );
  };
};

const flatten: Importer = (node) => {
  const axis = node.number("axis", 1);
  return (input) => {
    const x = tensorInput(input);
    const at = axis === x.ndim ? axis : resolved(axis, x.ndim);
    return x.reshape(sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at)));
  };
};

const squeeze: Importer = (node) => {
  const axesOf = listOf(node, "axes");
  return (input, given) => {
    const value = present(input);
    const shape = value.shape;
    const axes = axesOf(given)?.map((axis) => resolved(axis, shape.length)) ?? [];
    return reshaped(
      value,
      shape.filter((size, axis) => (axes.length > 0 ? !axes.includes(axis) : size !== 1)),
    );
  };
};

const unsqueeze: Importer = (node) => {
  const axesOf = listOf(node, "axes");
  return (input, given) => {
    const value = present(input);
    const axes = axesOf(given) ?? unsupported("its axes are missing");
    const rank = value.shape.length + axes.length;
    const added = distinct(axes, rank);
    const rest = [...value.shape];
    const shape = Array.from({ length: rank }, (_, axis) => (added.includes(axis) ? 1 : (rest.shift() ?? 1)));
    return reshaped(value, shape);
  };
};

const concat: Importer = (node) => {
  const axis = node.number("axis", 0);
  return (...inputs) => {
    const numbers = inputs.filter((input) => input instanceof Numbers);
    const isList = numbers.length === inputs.length && numbers.every(({ shape }) => shape.length === 1);
    if (isList && resolved(axis, 1) === 0) return Numbers.list(numbers.flatMap(({ values }) => values));
    return cat(inputs.map(tensorInput), axis);
  };
};

const transpose: Importer = (node) => {
  const order = node.numbers("perm");
  return (input) => {
    const value = present(input);
    const axes = order ?? [...value.shape.keys()].reverse();
    return value instanceof Numbers ? permuted(value, axes) : value.permute(axes);
  };
};

/** Takes given positions along an axis. */
const gather: Importer = (node) => {
  const axis = node.number("axis", 0);
  return (input, indices) => {
    const value = present(input);
    const places = numbersInput(indices, "indices");
    const at = resolved(axis, value.shape.length);
    if (value instanceof Numbers) return take(value, at, places);
    const extent = value.shape[at]!;
    const parts = places.values.map((place) => {
      const index = resolved(place, extent);
      return value.slice(at, index, index + 1);
    });
    const shape = [...value.shape.slice(0, at), ...places.shape, ...value.shape.slice(at + 1)];
    return (parts.length > 0 ? cat(parts, at) : value.slice(at, 0, 0)).reshape(shape);
  };
};

const slice: Importer = (node) => {
  const [startsOf, endsOf, axesOf, stepsOf] = ["starts", "ends", "axes", "steps"].map((name) => listOf(node, name));
  return (input, starts, ends, axes, steps) => {
    const value = present(input);
    const begin = startsOf!(starts) ?? unsupported("its starts are missing");
    const end = endsOf!(ends) ?? unsupported("its ends are missing");
    const along = axesOf!(axes) ?? [...begin.keys()];
    const step = stepsOf!(steps) ?? begin.map(() => 1);
    if ([end, along, step].some(({ length }) => length !== begin.length)) unsupported("its lists differ in length");
    const at = distinct(along, value.shape.length);
    return begin.reduce<Value>((x, from, i) => sliced(x, at[i]!, from, end[i]!, step[i]!), value);
  };
};

/** The largest int32 and int64, which mean the end of an axis of any size; int64's as JavaScript rounds it. */
const ENDS: readonly number[] = [2 ** 31 - 1, 2 ** 63];

function sliced(value: Value, at: number, start: number, end: number, step: number): Value {
  if (step === 0) return unsupported("its step 0 is not supported");
  const extent = value.shape[at]!;
  // ONNX says that nothing lies between; onnxruntime goes to the first element.
  if (step < 0 && ENDS.includes(end)) return unsupported(`its end ${end} with a negative step is not supported`);
  const [least, most] = step > 0 ? [0, extent] : [-1, extent - 1];
  const inside = (place: number, lowest: number): number =>
    Math.min(Math.max(place < 0 ? place + extent : place, lowest), most);
  const [from, to] = [inside(start, 0), inside(end, least)];
  // No more than one element is as far apart as the axis is long.
  const stride = Math.sign(step) * Math.min(Math.abs(step), Math.max(1, extent));
  const length = Math.max(0, Math.ceil((to - from) / stride));
  if (value instanceof Numbers) {
    return take(value, at, Numbers.list(Array.from({ length }, (_, i) => from + i * stride)));
  }
  if (length === 0) return value.slice(at, 0, 0);
  if (step > 0) return value.slice(at, from, to, stride);
  const last = extent - 1;
  return value.flip(at).slice(at, last - from, last - to, -stride);
}

const expand: Importer = () => (input, shape) => {
  const x = tensorInput(input);
  const target = broadcastShapes("onnx", x.shape, numbersInput(shape, "shape").values);
  checkElements(target);
  return x.expand(target);
};

export function checkElements(shape: readonly number[]): void {
  if (!(sizeOf(shape) <= MAX_ELEMENTS))
    unsupported(`its result would have ${sizeOf(shape)} elements, but at most ${MAX_ELEMENTS} are allowed`);
}

const constant: Importer = (node) => {
  const whole = node.given("value_int") ? new Numbers([], [node.number("value_int", 0)]) : undefined;
  const list = node.numbers("value_ints");
  const float = node.given("value_float") ? node.number("value_float", 0) : undefined;
  const floats = node.numbers("value_floats");
  const value =
    constantOf(node.constantAttribute("value")) ??
    whole ??
    (list && Numbers.list(list)) ??
    (float === undefined ? undefined : full([], float)) ??
    (floats && tensor(Float32Array.from(floats)));
  return value ? () => value : unsupported("its kind of constant is not supported here");
};

const constantOfShape: Importer = (node) => {
  const value = node.constantAttribute("value");
  return (shape) => {
    const sizes = numbersInput(shape, "input").values;
    checkElements(sizes);
    if (!(value instanceof Numbers)) return full(sizes, value?.data[0] ?? 0);
    return new Numbers(sizes, new Array<number>(sizeOf(sizes)).fill(value.values[0] ?? 0));
  };
};

/** Returns a constant as a value. A single float becomes a constant that the compiler knows. */
export function constantOf(constant: Constant | undefined): Value | undefined {
  if (constant === undefined || constant instanceof Numbers) return constant;
  return constant.data.length === 1 ? full(constant.shape, constant.data[0]!) : tensor(constant.data, constant.shape);
}

const shape: Importer = (node) => {
  const [start, end] = [node.number("start", 0), node.number("end", Infinity)];
  return ((input) => Numbers.list(present(input).shape.slice(start, end))) satisfies Run;
};

export const shapes: Readonly<Record<string, Importer>> = {
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Concat: concat,
  Transpose: transpose,
  Gather: gather,
  Slice: slice,
  Expand: expand,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Shape: shape,
  Size: () => (input) => new Numbers([], [asTensor(present(input)).numel()]),
};
