/** Small graphs as expressions, for tests that say what a rewrite makes of them: `add(mul(a, 2), b)`. */
import type { Dtype, Node } from "../graph/node.js";
import { OpRules } from "../graph/op-rules.js";
import type { Shape } from "../graph/shape.js";
import { Variable } from "../graph/variable.js";
import * as ops from "../ops/index.js";

const names = new WeakMap<Variable, string>();

/** A node of a new variable that has this name in texts. */
export function namedVariable(name: string, shape: Shape, dtype: Dtype = "float32"): Node {
  return ops.variable(nameVariable(name, new Variable(shape, dtype)), dtype === "float32");
}

/** Gives a variable a name in texts. */
export function nameVariable(name: string, of: Variable): Variable {
  names.set(of, name);
  return of;
}

/** A view or reduction has its attributes in brackets, and data its elements. */
export function graphText(node: Node): string {
  if (node.value !== undefined) return `[${node.value.join(", ")}]`;
  if (ops.constant.is(node)) return String(node.attrs.value);
  if (ops.variable.is(node)) return names.get(node.attrs.variable)!;
  return `${node.op.name}${attributes(node)}(${node.inputs.map(graphText).join(", ")})`;
}

/** The attributes that matter to a reader. */
const told = new OpRules<[], string>()
  .on(ops.reshape, ({ shape }) => shape.join())
  .on(ops.expand, ({ shape }) => shape.join())
  .on(ops.permute, ({ attrs }) => attrs.order.join())
  .on(ops.flip, ({ attrs }) => attrs.axes.join())
  .on(ops.sum, ({ attrs }) => attrs.axes.join())
  .on(ops.amax, ({ attrs }) => attrs.axes.join())
  .on(ops.cast, ({ attrs }) => attrs.dtype);

function attributes(node: Node): string {
  const text = told.apply(node);
  return text === undefined ? "" : `[${text}]`;
}
