/** Random ONNX nodes, by operator: their attributes, and their inputs after the first. */
import fc from "fast-check";
import { sizeOf } from "../src/graph/shape.js";

/** bigint: INT; number: FLOAT; string: STRING; a list of bigints: INTS. */
export type AttributeValue = bigint | number | string | readonly bigint[];
export type Constant =
  | { readonly floats: readonly number[]; readonly dims?: readonly number[] }
  | { readonly longs: readonly bigint[]; readonly dims?: readonly number[] };

export interface Node {
  readonly operator: string;
  readonly opset: number;
  readonly shape: readonly number[];
  /** The elements of x; a wave if they are not given. */
  readonly x?: readonly number[];
  /** How many outputs the node has; only the first is read. */
  readonly outputs?: number;
  readonly attributes: Readonly<Record<string, AttributeValue | undefined>>;
  /** Inputs after x; null is omitted. */
  readonly constants?: readonly (Constant | null)[];
}

export const wave = (count: number, step = 0.7): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * step + 0.3));

const int = (min: number, max: number) => fc.bigInt({ min: BigInt(min), max: BigInt(max) });
const ints = (min: number, max: number, length: number) =>
  fc.array(int(min, max), { minLength: length, maxLength: length });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const size = fc.integer({ min: 1, max: 4 });
const images = fc.tuple(
  fc.constantFrom(1, 2),
  fc.constantFrom(1, 2, 4),
  fc.integer({ min: 3, max: 8 }),
  fc.integer({ min: 3, max: 8 }),
);
const padding = fc.oneof(
  fc.record({ auto_pad: fc.constantFrom("SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET") }),
  fc.record({ pads: maybe(ints(0, 2, 4)) }),
);
const window = fc.record({ strides: maybe(ints(1, 3, 2)), dilations: maybe(ints(1, 2, 2)) });
const tensorShape = fc.array(size, { minLength: 1, maxLength: 4 });
const axisOf = (shape: readonly number[]) => int(-shape.length, shape.length - 1);
const distinct = (shape: readonly number[]) =>
  fc.uniqueArray(axisOf(shape), {
    minLength: 1,
    maxLength: shape.length,
    selector: (axis) => (Number(axis) + shape.length) % shape.length,
  });
/** Places on an axis, near its ends or far beyond them. */
const places = fc.array(
  fc.oneof(int(-6, 6), fc.constantFrom(-(2n ** 63n), -(2n ** 31n), 2n ** 31n - 1n, 2n ** 63n - 1n)),
  {
    minLength: 4,
    maxLength: 4,
  },
);
const special = fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5, 2.5, -2.5, 3);
const specials = (length: number) => fc.array(special, { minLength: length, maxLength: length });
const longs = (values: readonly bigint[]): Constant => ({ longs: values });

export const nodes: Readonly<Record<string, fc.Arbitrary<Node>>> = {
  Conv: fc
    .record({
      shape: images,
      kernel: ints(1, 3, 2),
      padding,
      window,
      group: fc.constantFrom(1, 2),
      more: fc.boolean(),
      named: fc.boolean(),
    })
    .map(({ shape, kernel, padding, window, group, more, named }) => {
      const groups = shape[1] % group === 0 ? group : 1;
      const outputs = 2 * groups;
      const dims = [outputs, shape[1] / groups, ...kernel.map(Number)];
      const floats = { floats: [...wave(sizeOf(dims), 1.3)], dims };
      const attributes = { ...padding, ...window, group: BigInt(groups), kernel_shape: named ? kernel : undefined };
      return {
        operator: "Conv",
        opset: 17,
        shape,
        attributes,
        constants: more ? [floats, { floats: [...wave(outputs)] }] : [floats],
      };
    }),
  MaxPool: fc
    .record({
      shape: images,
      kernel_shape: ints(1, 4, 2),
      padding,
      window,
      ceil_mode: maybe(int(0, 1)),
      storage_order: maybe(int(0, 1)),
    })
    .map(({ shape, padding, window, ...more }) => ({
      operator: "MaxPool",
      opset: 17,
      shape,
      attributes: { ...padding, ...window, ...more },
    })),
  AveragePool: fc
    .record({
      shape: images,
      kernel_shape: ints(1, 4, 2),
      padding,
      window,
      ceil_mode: maybe(int(0, 1)),
      count_include_pad: maybe(int(0, 1)),
      opset: fc.constantFrom(11, 17, 19, 21),
    })
    .map(({ shape, padding, window, opset, ...more }) => {
      const attributes = { ...padding, ...window, ...more, ...(opset < 19 ? { dilations: undefined } : {}) };
      return { operator: "AveragePool", opset, shape, attributes };
    }),
  Gemm: fc
    .record({
      m: size,
      k: size,
      n: size,
      transA: maybe(int(0, 1)),
      transB: maybe(int(0, 1)),
      alpha: maybe(fc.constantFrom(0.5, 2)),
      beta: maybe(fc.constantFrom(0.5, 0)),
      c: fc.nat(6),
      isNaN: fc.boolean(),
    })
    .map(({ m, k, n, c, isNaN, ...attributes }) => {
      const [shape, dims] = [attributes.transA ? [k, m] : [m, k], attributes.transB ? [n, k] : [k, n]];
      const added = [null, [], [1], [n], [m, 1], [1, n], [m, n]][c]!;
      const weights = { floats: [...wave(k * n, 1.1)], dims };
      // With beta 0, C is not read.
      const filled = (sizes: readonly number[]): number[] => [...wave(sizeOf(sizes), 2)].map((x) => (isNaN ? NaN : x));
      const constants = added === null ? [weights] : [weights, { floats: filled(added), dims: added }];
      return { operator: "Gemm", opset: 13, shape, attributes, constants };
    }),
  Pad: fc
    .record({
      shape: tensorShape,
      mode: maybe(fc.constantFrom("constant", "reflect", "edge", "wrap")),
      opset: fc.constantFrom(7, 11, 13, 18, 19),
      value: maybe(fc.constantFrom(0.5, -2)),
    })
    .chain((one) => fc.tuple(fc.constant(one), ints(-1, 2, 2 * one.shape.length), distinct(one.shape), fc.boolean()))
    .map(([{ shape, mode, opset, value }, pads, axes, some]) => {
      if (opset < 11) return { operator: "Pad", opset, shape, attributes: { mode, pads, value } };
      const fill = value === undefined ? null : { floats: [value], dims: [] };
      const chosen = opset >= 18 && some ? axes : undefined;
      const list = chosen ? pads.slice(0, 2 * chosen.length) : pads;
      return {
        operator: "Pad",
        opset,
        shape,
        attributes: { mode },
        constants: [longs(list), fill, ...(chosen ? [longs(chosen)] : [])],
      };
    }),
  Slice: tensorShape
    .chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        distinct(shape),
        places,
        places,
        fc.array(fc.constantFrom(-(2n ** 63n), -3n, -2n, -1n, 1n, 2n, 3n, 2n ** 62n), { minLength: 4, maxLength: 4 }),
        fc.constantFrom(9, 10, 13),
        fc.nat(2),
      ),
    )
    .map(([shape, axes, starts, ends, steps, opset, omitted]) => {
      const cut = (list: readonly bigint[]) => list.slice(0, axes.length);
      if (opset < 10)
        return {
          operator: "Slice",
          opset,
          shape,
          attributes: { starts: cut(starts), ends: cut(ends), axes: omitted ? axes : undefined },
        };
      const constants = [
        longs(cut(starts)),
        longs(cut(ends)),
        omitted === 2 ? null : longs(axes),
        omitted === 1 ? null : longs(cut(steps)),
      ];
      return { operator: "Slice", opset, shape, attributes: {}, constants };
    }),
  Reshape: fc
    .tuple(tensorShape, fc.array(fc.constantFrom(0n, -1n, 1n, 2n, 4n), { maxLength: 4 }), maybe(int(0, 1)))
    .map(([shape, to, allowzero]) => ({
      operator: "Reshape",
      opset: 17,
      shape,
      attributes: { allowzero },
      constants: [longs(to)],
    })),
  Flatten: tensorShape.chain((shape) =>
    fc.record({
      operator: fc.constant("Flatten"),
      opset: fc.constant(13),
      shape: fc.constant(shape),
      attributes: fc.record({ axis: maybe(int(-shape.length, shape.length)) }),
    }),
  ),
  Transpose: tensorShape.chain((shape) => {
    const order = [...shape.keys()].map(BigInt);
    return fc.shuffledSubarray(order, { minLength: order.length }).map((perm) => ({
      operator: "Transpose",
      opset: 13,
      shape,
      attributes: { perm: perm[0] === 0n ? undefined : perm },
    }));
  }),
  Gather: tensorShape.chain((shape) =>
    fc
      .tuple(maybe(axisOf(shape)), ints(-4, 3, 3), fc.constantFrom([3], [3, 1], [1, 3]))
      .map(([axis, places, dims]) => ({
        operator: "Gather",
        opset: 13,
        shape,
        attributes: { axis },
        constants: [{ longs: places, dims }],
      })),
  ),
  Squeeze: fc.array(fc.constantFrom(1, 2), { minLength: 1, maxLength: 4 }).chain((shape) =>
    fc.tuple(distinct(shape), fc.constantFrom(11, 13), fc.boolean()).map(([axes, opset, all]) => {
      const attributes = opset < 13 && !all ? { axes } : {};
      return { operator: "Squeeze", opset, shape, attributes, constants: opset < 13 || all ? [] : [longs(axes)] };
    }),
  ),
  Unsqueeze: fc.array(size, { minLength: 1, maxLength: 2 }).chain((shape) =>
    fc
      .tuple(fc.uniqueArray(int(-4, 3), { minLength: 1, maxLength: 2 }), fc.constantFrom(11, 13))
      .map(([axes, opset]) => ({
        operator: "Unsqueeze",
        opset,
        shape,
        attributes: opset < 13 ? { axes } : {},
        constants: opset < 13 ? [] : [longs(axes)],
      })),
  ),
  ...Object.fromEntries(
    ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin"].map((operator) => [
      operator,
      tensorShape.chain((shape) =>
        fc
          .tuple(distinct(shape), fc.constantFrom(11, 13, 18), maybe(int(0, 1)), maybe(int(0, 1)), fc.nat(2))
          .map(([axes, opset, keepdims, noop, given]) => {
            const isInput = opset >= (operator === "ReduceSum" ? 13 : 18);
            const attributes = { keepdims, ...(isInput ? { noop_with_empty_axes: noop } : given ? { axes } : {}) };
            return {
              operator,
              opset,
              shape,
              attributes,
              constants: isInput && given ? [longs(given === 2 ? [] : axes)] : [],
            };
          }),
      ),
    ]),
  ),
  ArgMax: tensorShape.chain((shape) =>
    fc
      .record({ axis: maybe(axisOf(shape)), keepdims: maybe(int(0, 1)), select_last_index: maybe(int(0, 1)) })
      .map((attributes) => ({ operator: "ArgMax", opset: 13, shape, attributes })),
  ),
  ...Object.fromEntries(
    ["Softmax", "LogSoftmax"].map((operator) => [
      operator,
      tensorShape.chain((shape) =>
        fc.tuple(maybe(axisOf(shape)), fc.constantFrom(7, 11, 13)).map(([axis, opset]) => ({
          operator,
          opset,
          shape,
          attributes: { axis: opset < 11 && axis !== undefined && axis < 0n ? 0n : axis },
        })),
      ),
    ]),
  ),
  Clip: fc
    .tuple(
      specials(6),
      maybe(fc.constantFrom(-0.5, 0, NaN)),
      maybe(fc.constantFrom(0.25, -0.75, NaN)),
      fc.constantFrom(7, 13),
    )
    .map(([x, min, max, opset]) => {
      const limit = (value: number | undefined) => (value === undefined ? null : { floats: [value], dims: [] });
      return {
        operator: "Clip",
        opset,
        shape: [6],
        x,
        attributes: opset < 11 ? { min, max } : {},
        constants: opset < 11 ? [] : [limit(min), limit(max)],
      };
    }),
  LeakyRelu: fc
    .tuple(specials(6), maybe(fc.constantFrom(0.2, -0.5, 1.5)))
    .map(([x, alpha]) => ({ operator: "LeakyRelu", opset: 16, shape: [6], x, attributes: { alpha } })),
  ...Object.fromEntries(
    ["Abs", "Ceil", "Exp", "Floor", "Log", "Neg", "Reciprocal", "Relu", "Round", "Sigmoid", "Sign", "Sqrt", "Tanh"].map(
      (operator) => [
        operator,
        fc
          .tuple(specials(6), fc.constantFrom(7, 11, 13, 17, 21))
          .map(([x, opset]) => ({ operator, opset, shape: [6], x, attributes: {} })),
      ],
    ),
  ),
  ...Object.fromEntries(
    ["Add", "Sub", "Mul", "Div", "Pow", "Max", "Min"].map((operator) => [
      operator,
      fc
        .tuple(
          specials(6),
          specials(6),
          fc.constantFrom([], [1], [3], [2, 1], [2, 3], [2, 1, 1], [1, 1, 1]),
          fc.boolean(),
        )
        .map(([x, floats, dims, isNew]) => ({
          operator,
          opset: isNew ? 17 : 8,
          shape: [2, 3],
          x,
          attributes: {},
          constants: [{ floats: floats.slice(0, sizeOf(dims)), dims }],
        })),
    ]),
  ),
  BatchNormalization: fc
    .tuple(
      images,
      maybe(fc.constantFrom(0.1, 1e-3)),
      maybe(fc.constantFrom(0.5)),
      fc.constantFrom(7, 9, 14, 15),
      maybe(int(1, 1)),
      fc.boolean(),
    )
    .map(([shape, epsilon, momentum, opset, spatial, isTraining]) => {
      const per = (step: number, add: number): Constant => ({ floats: [...wave(shape[1], step)].map((x) => x + add) });
      return {
        operator: "BatchNormalization",
        opset,
        shape,
        outputs: isTraining ? (opset < 14 ? 5 : 3) : 1,
        attributes: {
          epsilon,
          momentum,
          ...(opset < 9 ? { spatial } : {}),
          ...(isTraining && opset >= 14 ? { training_mode: 1n } : {}),
        },
        constants: [per(1, 1), per(2, 0), per(3, 0), per(4, 2)],
      };
    }),
  Expand: fc
    .tuple(tensorShape, fc.array(int(1, 3), { maxLength: 5 }))
    .map(([shape, to]) => ({ operator: "Expand", opset: 13, shape, attributes: {}, constants: [longs(to)] })),
};
