/**
 * What a convolution's kernel does to its sums before it writes them: adding a bias, and elementwise ops such as ReLU.
 */
import type { Node } from "../../graph/node.js";
import { shapesEqual, sizeOf } from "../../graph/shape.js";
import type { ConvolutionEnd } from "../../kernels/convolution.js";
import * as ops from "../../ops/index.js";
import { v, type Expr } from "../../wasm/expressions.js";
import type { FunctionBuilder } from "../../wasm/loops.js";
import type { PlanContext } from "./plan-context.js";

/**
 * The addition of a bias [1,O,1,1], if nothing else uses the convolution. The kernel's sums then start from the bias.
 */
export function biasOf(context: PlanContext, node: Node): { sum: Node; bias: Node } | undefined {
  const [sum, ...others] = context.usersOf(node);
  if (!ops.add.is(sum) || others.length > 0 || context.isOutput(node)) return undefined;
  const bias = sum.inputs.find((input) => input !== node);
  const channels = node.shape[1]!;
  if (
    bias?.dtype !== "float32" ||
    bias.shape.length !== 4 ||
    bias.shape[1] !== channels ||
    sizeOf(bias.shape) !== channels
  )
    return undefined;
  return (isStored(bias) || context.isFixed(bias)) && context.viewOf(bias).strides[1] === 1 ? { sum, bias } : undefined;
}

/**
 * The chain of elementwise ops that follow a node, such as ReLU, as far as each of them takes only constants besides,
 * and nothing else uses what comes before it. The kernel applies them to what it writes. `last` is the last node of the
 * chain, or the node itself if nothing follows.
 */
export function epilogueOf(context: PlanContext, node: Node): { last: Node; apply: ConvolutionEnd["apply"] } {
  const next = (after: Node): Node | undefined => {
    const [user, ...others] = context.usersOf(after);
    if (!user || others.length > 0 || context.isOutput(after)) return undefined;
    const { lowering } = user.op;
    if (lowering.kind !== "elementwise" || lowering.takesMask) return undefined;
    const takesNothingElse = user.inputs.every((input) => input === after || ops.constant.is(input));
    return takesNothingElse && shapesEqual(user.shape, node.shape) && user.dtype === node.dtype ? user : undefined;
  };
  const chain: Node[] = [];
  for (let user = next(node); user; user = next(user)) chain.push(user);
  // A result that is also wanted with a border is computed into the inner part of the padded image.
  const last = chain[chain.length - 1];
  if (!last || context.usersOf(last).some((user) => context.isBorder(user, last))) {
    return { last: node, apply: (_, value) => value };
  }
  return { last, apply: (b, value) => chain.reduce((x, op) => applied(b, op, x), value) };
}

/** An elementwise op of a value and constants. */
function applied(b: FunctionBuilder, { op, inputs, attrs }: Node, value: Expr): Expr {
  if (op.lowering.kind !== "elementwise") throw new Error(`${op.name} is not an elementwise op`);
  const args = inputs.map((input) => (ops.constant.is(input) ? v.const(input.attrs.value) : value));
  return b.let("v128", "e", op.lowering.vector(args, attrs, "f32x4"));
}

/** Whether a node is a leaf, or a view of one: nothing has to be computed first. */
function isStored(node: Node): boolean {
  if (node.value !== undefined || ops.variable.is(node)) return true;
  return node.op.lowering.kind === "view" && isStored(node.inputs[0]!);
}
