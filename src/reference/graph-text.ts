/** Small graphs as expressions, for tests that say what a rewrite makes of them: `add(mul(a, 2), b)`. */
import type { Dtype, Node } from "../graph/node.js";
import type { Shape } from "../graph/shape.js";
import { Variable } from "../graph/variable.js";
import { constant, variable } from "../ops/leaf.js";

const names = new WeakMap<Variable, string>();

/** A node of a new variable that has this name in texts. */
export function namedVariable(name: string, shape: Shape, dtype: Dtype = "float32"): Node {
  return variable(nameVariable(name, new Variable(shape, dtype)), dtype === "float32");
}

/** Gives a variable a name in texts. */
export function nameVariable(name: string, of: Variable): Variable {
  names.set(of, name);
  return of;
}

/** A view or reduction has its attributes in brackets, and data its elements. */
export function graphText(node: Node): string {
  if (node.value !== undefined) return `[${node.value.join(", ")}]`;
  if (constant.is(node)) return String(node.attrs.value);
  if (variable.is(node)) return names.get(node.attrs.variable)!;
  return `${node.op.name}${attributes(node)}(${node.inputs.map(graphText).join(", ")})`;
}

/** The attributes that matter to a reader. */
function attributes({ attrs, shape, op }: Node): string {
  if (op.name === "reshape" || op.name === "expand") return `[${shape.join()}]`;
  const { axes, order, dtype } = attrs as { axes?: readonly number[]; order?: readonly number[]; dtype?: Dtype };
  const told = axes?.join() ?? order?.join() ?? dtype;
  return told === undefined ? "" : `[${told}]`;
}
