/**
 * Rewrites of the graph before it is planned, one record an op. A rule gives a simpler node, or undefined where it
 * has nothing to say; its result is rewritten again.
 */
import type { Node } from "../../graph/node.js";
import * as ops from "../../ops/index.js";
import { isConstant } from "../../ops/leaf.js";
import { shapesEqual } from "../../graph/shape.js";
import { convolutionRewrites } from "./convolution-rewrites.js";
import { throughInterleave } from "./image-parts.js";
import { poolingRewrites } from "./pooling-rewrites.js";
import { sumOfUnpooled, throughUnpool } from "./unpooling.js";

type Rewrite = (node: Node) => Node | undefined;

/** The first rewrite that applies to the node. */
export function rewrites(node: Node): Node | undefined {
  return foldConstants(node) ?? rules[node.op.name]?.(node) ?? throughUnpool(node) ?? throughInterleave(node);
}

const rules: Readonly<Record<string, Rewrite>> = {
  detach: (node) => node.inputs[0],
  cast: (node) => (node.inputs[0]!.dtype === node.dtype ? node.inputs[0] : undefined),
  reshape: (node) => {
    const input = node.inputs[0]!;
    if (shapesEqual(input.shape, node.shape)) return input;
    return input.op.name === "reshape" && input.value === undefined
      ? ops.reshape(input.inputs[0]!, node.shape)
      : undefined;
  },
  expand: sameShape,
  slice: sameShape,
  pad: sameShape,
  permute: (node) => {
    const { order } = node.attrs as { order: readonly number[] };
    return order.every((axis, i) => axis === i) ? node.inputs[0] : undefined;
  },
  add: (node) => withoutNeutral(node, 0, true),
  sub: (node) => withoutNeutral(node, 0, false),
  mul: (node) => withoutNeutral(node, 1, true),
  div: (node) => withoutNeutral(node, 1, false),
  sum: (node) => splitReduction(node, ops.sum) ?? sumOfUnpooled(node),
  amax: (node) => splitReduction(node, ops.amax),
  ...convolutionRewrites,
  ...poolingRewrites,
};

function sameShape(node: Node): Node | undefined {
  return shapesEqual(node.inputs[0]!.shape, node.shape) ? node.inputs[0] : undefined;
}

/** x + 0, x − 0, x · 1, x / 1 are x, where that has the result's shape and type. */
function withoutNeutral(node: Node, neutral: number, commutes: boolean): Node | undefined {
  const [a, b] = node.inputs as [Node, Node];
  const fits = (x: Node): boolean => shapesEqual(x.shape, node.shape) && x.dtype === node.dtype;
  if (isConstant(b) && b.attrs.value === neutral && fits(a)) return a;
  if (commutes && isConstant(a) && a.attrs.value === neutral && fits(b)) return b;
  return undefined;
}

/** Elementwise ops of constants, and other views of a constant, are constants. */
function foldConstants(node: Node): Node | undefined {
  const { inputs, op, shape } = node;
  if (inputs.length === 0 || !inputs.every((input) => isConstant(input))) return undefined;
  if (op.lowering.kind === "view") return ops.constant(valueOf(inputs[0]!), shape, node.dtype);
  if (op.lowering.kind !== "elementwise") return undefined;
  const scalars = inputs.map((input) => ({ shape: [], data: Float64Array.of(valueOf(input)) }));
  const [value] = op.reference(scalars, node.attrs, { shape: [], dtype: node.dtype });
  return ops.constant(Math.fround(value!), shape, node.dtype);
}

function valueOf(node: Node): number {
  return (node.attrs as { value: number }).value;
}

/**
 * A reduction over axes of size 1 does nothing. One over the first axis and others goes in two steps: first each
 * image by itself, which needs no other image, then over the images.
 */
function splitReduction(node: Node, reduce: (x: Node, axes: readonly number[]) => Node): Node | undefined {
  const input = node.inputs[0]!;
  const { axes } = node.attrs as { axes: readonly number[] };
  const real = axes.filter((axis) => input.shape[axis] !== 1);
  if (real.length === 0) return input;
  if (real.length < axes.length) return reduce(input, real);
  if (!real.includes(0) || real.length === 1) return undefined;
  return reduce(
    reduce(
      input,
      real.filter((axis) => axis !== 0),
    ),
    [0],
  );
}
