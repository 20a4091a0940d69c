/**
 * Tensors that are computed from positions: counting along an axis, and random numbers. The random numbers are a hash
 * of (key, position) and need no generator state, so four lanes, or any number of threads, can compute them
 * independently.
 */
import { ShapeError } from "../errors/errors.js";
import type { Node } from "../graph/node.js";
import { formatShape, shapesEqual, sizeOf, type Shape } from "../graph/shape.js";
import { v, type Expr } from "../wasm/expressions.js";
import { eq } from "./comparison.js";
import { defineOp, opFunction, type OpBuilder, type SampleInput } from "../graph/op.js";
import { sliceAxis } from "./slice-and-pad.js";
import { reshape } from "./view.js";

export interface IotaAttrs {
  readonly shape: Shape;
  readonly axis: number;
}

/** Up to this limit, float32 holds every position exactly, and ⌊position / n⌋ is exact. */
const largestPosition = 2 ** 24;

/** The distance between neighbours along the axis, in elements in row-major order. */
function innerSize({ shape, axis }: IotaAttrs): number {
  return sizeOf(shape.slice(axis + 1));
}

/** ⌊position / inner⌋ mod size. It is computed in float32, since there is no division of int32 lanes. */
function countAlong(position: Expr, attrs: IotaAttrs): Expr {
  const inner = innerSize(attrs);
  const size = attrs.shape[attrs.axis]!;
  const outermost = inner * size === sizeOf(attrs.shape);
  if (inner === 1 && outermost) return position;
  const over = (x: Expr, n: number): Expr => v.op("f32x4.floor", v.div(x, v.const(n)));
  const lanes = v.op("f32x4.convert", position);
  const place = inner === 1 ? lanes : over(lanes, inner);
  const counted = outermost ? place : v.sub(place, v.mul(over(place, size), v.const(size)));
  return v.op("i32x4.trunc", counted);
}

const iotaOp: OpBuilder<IotaAttrs> = defineOp({
  name: "iota",
  infer: (_, { shape, axis }) => {
    if (axis in shape && sizeOf(shape) <= largestPosition) return { shape, dtype: "int32" };
    throw new ShapeError({
      op: "iota",
      problem: `cannot count along axis ${axis} of ${formatShape(shape)}`,
      expected: `an axis of the shape, and at most ${largestPosition} elements`,
    });
  },
  reference: (_, attrs) => {
    const [inner, size] = [innerSize(attrs), attrs.shape[attrs.axis]!];
    return Float64Array.from({ length: sizeOf(attrs.shape) }, (_value, at) => Math.floor(at / inner) % size);
  },
  gradient: () => [],
  lowering: { kind: "index", vector: countAlong },
  samples: [
    { inputs: [], attrs: { shape: [7], axis: 0 } },
    { inputs: [], attrs: { shape: [3, 5], axis: 0 } },
    { inputs: [], attrs: { shape: [3, 5], axis: 1 } },
    { inputs: [], attrs: { shape: [2, 3, 5], axis: 1 } },
    { inputs: [], attrs: { shape: [1, 1], axis: 1 } },
  ],
  torch: ({ shape, axis }) => {
    const line = shape.map((_, i) => (i === axis ? -1 : 1));
    return `torch.arange(${shape[axis]}).reshape([${line.join(", ")}]).expand([${shape.join(", ")}])`;
  },
});

/** The position of each element along an axis: 0, 1, 2, … as int32. PyTorch: `torch.arange`, expanded. */
export const iota = opFunction(iotaOp, (shape: Shape, axis: number): Node => iotaOp([], { shape, axis }));

/*
 * The hash: position · 2³²/φ + key₀, then three rounds of h ← (h ⊕ h >>> shift) · factor with key₁ added after the
 * first. Shifts and factors are those of `triple32` (C. Wellons, "Prospecting for Hash Functions"), without its last
 * shift: only the upper 24 bits are used.
 */
const spread = 0x9e3779b1 | 0;
const rounds = [
  [17, 0xed5ad4bb | 0],
  [11, 0xac4c1b51 | 0],
  [15, 0x31848bab | 0],
] as const;

function hash(position: number, key0: number, key1: number): number {
  let h = (Math.imul(position, spread) + key0) | 0;
  for (const [round, [shift, factor]] of rounds.entries()) {
    h = Math.imul(h ^ (h >>> shift), factor);
    if (round === 0) h = (h + key1) | 0;
  }
  return h >>> 8;
}

/** The same for four lanes at a time. A round uses `h` twice; engines compute equal subtrees only once. */
function hashLanes(position: Expr, key0: Expr, key1: Expr): Expr {
  let h = v.op("i32x4.add", v.op("i32x4.mul", position, v.iconst(spread)), key0);
  for (const [round, [shift, factor]] of rounds.entries()) {
    h = v.op("i32x4.mul", v.op("v128.xor", h, v.op("i32x4.shr_u", h, v.int(shift))), v.iconst(factor));
    if (round === 0) h = v.op("i32x4.add", h, key1);
  }
  return v.op("i32x4.shr_u", h, v.int(8));
}

/** A word of the key passes through float32, so only the upper 24 bits of a large word count. */
const arriving = (word: number): number => Math.min(Math.fround(word), 2 ** 31 - 1);
const arrivingLanes = (word: Expr): Expr => v.op("i32x4.trunc", v.op("f32x4.convert", word));

const word = (value: number): SampleInput => ({ shape: [], values: [value], dtype: "int32" });

export interface RandomAttrs {
  readonly shape: Shape;
}

const randomOp: OpBuilder<RandomAttrs> = defineOp({
  name: "random",
  elsewhere: { onnx: null, pytorch: null },
  infer: (_, { shape }) => ({ shape, dtype: "float32" }),
  reference: ([key0, key1], { shape }) => {
    const words = [arriving(key0!.data[0]!), arriving(key1!.data[0]!)] as const;
    return Float64Array.from({ length: sizeOf(shape) }, (_, at) => hash(at, ...words) * 2 ** -24);
  },
  gradient: () => [null, null],
  lowering: {
    kind: "index",
    vector: (position, _, [key0, key1]) => {
      const bits = hashLanes(position, arrivingLanes(key0!), arrivingLanes(key1!));
      return v.mul(v.op("f32x4.convert", bits), v.const(2 ** -24));
    },
  },
  samples: [
    { inputs: [word(1), word(0)], attrs: { shape: [7] } },
    { inputs: [word(-123456789), word(2147483647)], attrs: { shape: [2, 3, 5] } },
    { inputs: [word(5), word(-7)], attrs: { shape: [] } },
  ],
  torch: null,
});

/**
 * Uniform float32 numbers in [0, 1), all multiples of 2⁻²⁴. The same key gives the same numbers. PyTorch: `torch.rand`,
 * but with different numbers.
 * @param key int32 [2]: the two words of a seed, as a data leaf
 * @throws ShapeError if the key has another shape or type
 */
export const random = opFunction(randomOp, (key: Node, shape: Shape): Node => {
  if (key.dtype !== "int32" || !shapesEqual(key.shape, [2])) {
    const got = `${key.dtype} ${formatShape(key.shape)}`;
    throw new ShapeError({ op: "random", problem: "the key has the wrong type or shape", expected: "int32 [2]", got });
  }
  const [key0, key1] = [0, 1].map((at) => reshape(sliceAxis(key, 0, at, at + 1), []));
  return randomOp([key0!, key1!], { shape });
});

/**
 * 1 where the position along the last axis equals the label, and 0 elsewhere; int32 [...labels, classes]. PyTorch:
 * `F.one_hot`.
 */
export function oneHot(labels: Node, classes: number): Node {
  return eq(reshape(labels, [...labels.shape, 1]), iota([classes], 0));
}
