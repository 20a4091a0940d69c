/** Leaves: nodes that hold their elements (`data`), repeat one number (`constant`) or name a variable. */
import { Node, type Dtype, type HostArray, type VariableNode } from "../graph/node.js";
import { noteLive } from "../graph/recording.js";
import type { Variable } from "../graph/variable.js";
import { sizeOf, type Shape } from "../graph/shape.js";
import { registry, type Op } from "../graph/op.js";

function defineLeaf<A>(name: string, reference: Op<A>["reference"], key: (attrs: A) => string): Op<A> {
  const op: Op<A> = {
    name,
    infer: () => {
      throw new Error(`${name} has no inputs to infer a shape from`);
    },
    reference,
    gradient: () => [],
    lowering: { kind: "leaf" },
    samples: [],
    torch: null,
    key,
  };
  registry.set(name, op as unknown as Op<never>);
  return op;
}

const dataOp = defineLeaf<Record<string, never>>(
  "data",
  () => {
    throw new Error("a data leaf has a value");
  },
  () => "",
);

const constantOp = defineLeaf<{ readonly value: number }>(
  "constant",
  (_, { value }, out) => new Float64Array(sizeOf(out.shape)).fill(value),
  // String(−0) is "0", but 1/x tells the two apart.
  ({ value }) => (Object.is(value, -0) ? "-0" : String(value)),
);

const variableOp = defineLeaf<{ readonly variable: Variable; version: number }>(
  "variable",
  (_, { variable, version }) => Float64Array.from(variable.read(variable.version === version ? 0 : 1)),
  () => "",
);

/** Elements given by the caller, who must not change them afterwards. They are no part of a program's structure. */
export function data(value: HostArray, shape: Shape, dtype: Dtype): Node {
  const node = new Node(dataOp, [], {}, shape, dtype, false);
  node.value = value;
  return node;
}

/** Elements that a function gives: now, and again in each run of a compiled function (a learning rate, a random key). */
export function live(supply: () => HostArray, shape: Shape, dtype: Dtype): Node {
  const node = data(supply(), shape, dtype);
  node.supply = supply;
  noteLive(node);
  return node;
}

/** One number in every element; part of a program's structure. */
export function constant(value: number, shape: Shape = [], dtype: Dtype = "float32"): Node {
  return new Node(constantOp, [], { value }, shape, dtype, false);
}

/** The present content of a variable. */
export function variable(of: Variable, requiresGrad: boolean): VariableNode {
  return new Node(variableOp, [], { variable: of, version: of.version }, of.shape, of.dtype, requiresGrad);
}

export function isVariable(node: Node): node is VariableNode {
  return node.op === (variableOp as Op<unknown>);
}

export function isData(node: Node): boolean {
  return node.op === (dataOp as Op<unknown>);
}

export function isConstant(node: Node): node is Node<{ readonly value: number }> {
  return node.op === (constantOp as Op<unknown>);
}

/** How many times its variable has been overwritten since this node was made. */
export function ageOf({ attrs }: VariableNode): number {
  return attrs.variable.version - attrs.version;
}
