/**
 * The ops that the compiler uses for max pooling without overlaps and for its gradient
 * (compiler/rewrites/unpooling.ts). One picks an element from each window; the other makes an image with one element in
 * each window. Only the compiler builds them.
 */
import { ShapeError } from "../errors/errors.js";
import type { Node } from "../graph/node.js";
import { forEachIndex, formatShape, shapesEqual, sizeOf, type Pair } from "../graph/shape.js";
import { v, type Expr } from "../wasm/expressions.js";
import { defineElementwise } from "./elementwise.js";
import { defineOp, opFunction, type NoAttrs, type OpBuilder, type SampleInput } from "../graph/op.js";
import { questionTuple } from "./window.js";

const onlyLowered =
  "it appears only after gradients have been built, so nothing differentiates it; the fixture has no gradient either";

/** Few different values, so that some are equal. */
const ties = (...shape: number[]): SampleInput => ({ shape, range: [-2, 2], dtype: "int32" });

const isNan = (x: Expr): Expr => v.op("f32x4.ne", x, x);

/** Whether two numbers are the same; NaN is NaN. */
const isSame = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));
const isSameMask = (a: Expr, b: Expr): Expr =>
  v.op("v128.or", v.op("f32x4.eq", a, b), v.op("v128.and", isNan(a), isNan(b)));

const isChosenOp: OpBuilder<NoAttrs> = defineElementwise({
  name: "isChosen",
  elsewhere: "internal",
  dtype: () => "int32",
  scalar: ([value, chosen]) => Number(isSame(value!, chosen!)),
  vector: ([value, chosen]) => v.op("v128.and", isSameMask(value!, chosen!), v.iconst(1)),
  mask: ([value, chosen]) => isSameMask(value!, chosen!),
  gradient: () => [null, null],
  samples: [{ inputs: [ties(4, 5), ties(4, 5)], attrs: {} }],
  torch: () => "(x[0] == x[1]).int()",
});

/** Whether values are those that were chosen in their windows: equal, or NaN both; int32. */
export const isChosen = opFunction(isChosenOp, (values: Node, chosen: Node): Node => isChosenOp([values, chosen], {}));

/** Its inputs are the largest value, then all values, then as many choices. */
const atLargestOp: OpBuilder<NoAttrs> = defineElementwise({
  name: "atLargest",
  elsewhere: "internal",
  dtype: () => "float32",
  scalar: ([top, ...args]) => {
    const first = args.slice(0, args.length / 2).findIndex((value) => isSame(value, top!));
    return first < 0 ? args[args.length - 1]! : args[args.length / 2 + first]!;
  },
  vector: ([top, ...args]) => {
    const values = args.slice(0, args.length / 2 - 1);
    const select = (rest: Expr, value: Expr, i: number): Expr =>
      v.select(isSameMask(value, top!), args[args.length / 2 + i]!, rest);
    return values.reduceRight(select, args[args.length - 1]!);
  },
  expensive: true,
  gradient: ({ inputs }) => inputs.map(() => null),
  gradientCaveat: onlyLowered,
  samples: [{ inputs: [ties(4, 5), ties(4, 5), ties(4, 5), ties(4, 5), [4, 5], [4, 5], [4, 5]], attrs: {} }],
  torch: () => "torch.where(x[1] == x[0], x[4], torch.where(x[2] == x[0], x[5], x[6])).detach()",
});

/**
 * The choice whose value equals `top`, as NaN equals NaN here: the first one if there are several, the last one if there is none. All
 * inputs have the same shape.
 */
export const atLargest = opFunction(atLargestOp, (top: Node, values: readonly Node[], choices: readonly Node[]): Node =>
  atLargestOp([top, ...values, ...choices], {}),
);

export interface UnpoolAttrs {
  /** KH and KW, the rows and columns of a window. */
  readonly kernel: Pair;
}

const unpoolOp: OpBuilder<UnpoolAttrs> = defineOp({
  name: "unpool",
  elsewhere: "internal",
  infer: ([g, chosen, image], { kernel }) => {
    const [n, c, h, w] = g!.shape as [number, number, number, number];
    const expected = [n, c, h * kernel[0], w * kernel[1]];
    if (!shapesEqual(chosen!.shape, g!.shape) || !shapesEqual(image!.shape, expected)) {
      throw new ShapeError({
        op: "unpool",
        problem: `${formatShape(chosen!.shape)} and ${formatShape(image!.shape)} do not fit ${formatShape(g!.shape)}`,
        expected: `${formatShape(g!.shape)} and ${formatShape(expected)}`,
      });
    }
    return { shape: image!.shape, dtype: g!.dtype };
  },
  reference: ([g, chosen, image], { kernel: [kh, kw] }, { shape }) => {
    const result = new Float64Array(sizeOf(shape));
    const [, , height, width] = shape as [number, number, number, number];
    const given = new Set<number>();
    forEachIndex(shape, ([, , y, x], at) => {
      const plane = Math.floor(at / (height * width));
      const window = (plane * (height / kh) + Math.floor(y! / kh)) * (width / kw) + Math.floor(x! / kw);
      if (given.has(window) || !isSame(image!.data[at]!, chosen!.data[window]!)) return;
      given.add(window);
      result[at] = g!.data[window]!;
    });
    return result;
  },
  gradient: () => [null, null, null],
  gradientCaveat: onlyLowered,
  lowering: { kind: "kernel" },
  samples: [
    { inputs: [[2, 3, 2, 3], ties(2, 3, 2, 3), ties(2, 3, 4, 6)], attrs: { kernel: [2, 2] } },
    { inputs: [[1, 5, 1, 2], ties(1, 5, 1, 2), ties(1, 5, 1, 6)], attrs: { kernel: [1, 3] } },
  ],
  torch: ({ kernel }) =>
    `(lambda size, same: torch.nn.functional.fold(((same & (same.cumsum(2) == 1)) * x[0].flatten(2).unsqueeze(2)` +
    `).flatten(1, 2), size, ${questionTuple(kernel)}, stride=${questionTuple(kernel)}))(x[2].shape[2:], ` +
    `torch.nn.functional.unfold(x[2].double(), ${questionTuple(kernel)}, stride=${questionTuple(kernel)})` +
    `.unflatten(1, (x[2].shape[1], -1)) == x[1].flatten(2).unsqueeze(2)).detach()`,
});

/**
 * An image [N,C,H,W] that is 0 except for one element in each window: at the first position where `image` [N,C,H,W]
 * equals `chosen` [N,C,OH,OW], as NaN equals NaN here, it is g [N,C,OH,OW].
 */
export const unpool = opFunction(unpoolOp, (g: Node, chosen: Node, image: Node, kernel: Pair): Node =>
  unpoolOp([g, chosen, image], { kernel }),
);
