/**
 * Rewrites of the graph before it is planned, by op. A rule returns a simpler node, or undefined if it does not apply.
 * Its result is rewritten again.
 */
import type { Node } from "../../graph/node.js";
import { OpRules } from "../../graph/op-rules.js";
import * as ops from "../../ops/index.js";
import type { ReduceAttrs } from "../../ops/reduce.js";
import { shapesEqual } from "../../graph/shape.js";
import { convolutionRewrites } from "./convolution-rewrites.js";
import { throughInterleave } from "./image-parts.js";
import { poolingRewrites } from "./pooling-rewrites.js";
import { sumOfUnpooled, throughUnpool } from "./unpooling.js";

/** The first rewrite that applies to the node. */
export function rewrites(node: Node): Node | undefined {
  return foldConstants(node) ?? rules.apply(node) ?? throughUnpool(node) ?? throughInterleave(node);
}

const rules = new OpRules<[], Node | undefined>()
  .on(ops.detach, (node) => node.inputs[0])
  .on(ops.verified, (node) => node.inputs[0])
  .on(ops.cast, (node) => (node.inputs[0]!.dtype === node.dtype ? node.inputs[0] : undefined))
  .on(ops.reshape, (node) => {
    const input = node.inputs[0]!;
    const isFree = ops.reshape.is(input) && input.value === undefined;
    return isFree ? ops.reshape(input.inputs[0]!, node.shape) : undefined;
  })
  .on(ops.expand, sameShape)
  .on(ops.slice, sameShape)
  .on(ops.pad, sameShape)
  .on(ops.permute, ({ inputs, attrs }) => (attrs.order.every((axis, i) => axis === i) ? inputs[0] : undefined))
  .on(ops.add, (node) => withoutNeutral(node, 0, true))
  .on(ops.sub, (node) => withoutNeutral(node, 0, false))
  .on(ops.mul, (node) => withoutNeutral(node, 1, true))
  .on(ops.div, (node) => withoutNeutral(node, 1, false))
  .on(ops.sum, (node) => splitReduction(node, ops.sum) ?? sumOfUnpooled(node))
  .on(ops.amax, (node) => splitReduction(node, ops.amax))
  .include(convolutionRewrites)
  .include(poolingRewrites);

function sameShape(node: Node): Node | undefined {
  return shapesEqual(node.inputs[0]!.shape, node.shape) ? node.inputs[0] : undefined;
}

/** x + 0, x − 0, x · 1 and x / 1 are x, if x has the shape and type of the result. */
function withoutNeutral(node: Node, neutral: number, commutes: boolean): Node | undefined {
  const [a, b] = node.inputs as [Node, Node];
  const fits = (x: Node): boolean => shapesEqual(x.shape, node.shape) && x.dtype === node.dtype;
  if (ops.constant.is(b) && b.attrs.value === neutral && fits(a)) return a;
  if (commutes && ops.constant.is(a) && a.attrs.value === neutral && fits(b)) return b;
  return undefined;
}

/** Elementwise ops of constants are constants, and so are views of a constant. */
function foldConstants(node: Node): Node | undefined {
  const { inputs, shape } = node;
  const { lowering } = node.op;
  const constants = inputs.filter(ops.constant.is);
  const [first] = constants;
  if (!first || constants.length < inputs.length) return undefined;
  if (lowering.kind === "view") return ops.constant(first.attrs.value, shape, node.dtype);
  if (lowering.kind !== "elementwise") return undefined;
  const value = lowering.scalar(
    constants.map(({ attrs }) => attrs.value),
    node.attrs,
  );
  return ops.constant(node.dtype === "int32" ? value | 0 : Math.fround(value), shape, node.dtype);
}

/**
 * A reduction over axes of size 1 does nothing. A reduction over the first axis and others is done in two steps: first
 * within each image, which needs no other image, and then over the images.
 */
function splitReduction(node: Node<ReduceAttrs>, reduce: (x: Node, axes: readonly number[]) => Node): Node | undefined {
  const input = node.inputs[0]!;
  const { axes } = node.attrs;
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
