/** Writes small graphs as expressions, such as `add(mul(a, 2), b)`, for tests of rewrites. */
import type { Dtype, Node } from "../graph/node.js";
import { OpRules } from "../graph/op-rules.js";
import type { Shape } from "../graph/shape.js";
import { Variable } from "../graph/variable.js";
import * as ops from "../ops/index.js";

const names = new WeakMap<Variable, string>();

/** Makes a node of a new variable with this name in texts. */
export function namedVariable(name: string, shape: Shape, dtype: Dtype = "float32"): Node {
  return ops.variable(nameVariable(name, new Variable(shape, dtype)), dtype === "float32");
}

/** Gives a variable a name in texts. */
export function nameVariable(name: string, of: Variable): Variable {
  names.set(of, name);
  return of;
}

/** Writes a node: a view or reduction with its attributes in brackets, and data as its elements. */
export function graphText(node: Node): string {
  if (node.value !== undefined) return `[${node.value.join(", ")}]`;
  if (ops.constant.is(node)) return String(node.attrs.value);
  if (ops.variable.is(node)) return names.get(node.attrs.variable)!;
  return `${node.op.name}${attributes(node)}(${node.inputs.map(graphText).join(", ")})`;
}

/** The attributes that are written. */
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
