/** Leaves: nodes that hold their elements (`data`), repeat one number (`constant`) or name a variable. */
import { Node, type Dtype, type HostArray, type VariableAttrs, type VariableNode } from "../graph/node.js";
import { noteConstant, noteLive } from "../graph/recording.js";
import type { Variable } from "../graph/variable.js";
import { sizeOf, type Shape } from "../graph/shape.js";
import { opFunction, registerOp, type NoAttrs, type Op, type OpRef } from "../graph/op.js";

export interface ConstantAttrs {
  readonly value: number;
}

function registerLeaf<A>(leaf: Pick<Op<A>, "name" | "reference" | "key">): OpRef<A> {
  return registerOp<A>({
    ...leaf,
    infer: () => {
      throw new Error(`${leaf.name} has no inputs to infer a shape from`);
    },
    gradient: () => [],
    lowering: { kind: "leaf" },
    samples: [],
    torch: null,
  });
}

const dataOp = registerLeaf<NoAttrs>({
  name: "data",
  reference: () => {
    throw new Error("a data leaf already has its value");
  },
  key: () => "",
});

const constantOp = registerLeaf<ConstantAttrs>({
  name: "constant",
  reference: (_, { value }, out) => new Float64Array(sizeOf(out.shape)).fill(value),
  // String(−0) is "0", but 1/x distinguishes the two.
  key: ({ value }) => (Object.is(value, -0) ? "-0" : String(value)),
});

const variableOp = registerLeaf<VariableAttrs>({
  name: "variable",
  reference: (_, { variable, version }) => Float64Array.from(variable.read(variable.version === version ? 0 : 1)),
  key: () => "",
});

/** Elements from the caller, who must not change them afterwards. They are not part of a program's structure. */
export const data = opFunction(dataOp, (value: HostArray, shape: Shape, dtype: Dtype): Node => {
  const node = new Node(dataOp.op, [], {}, shape, dtype, false);
  node.value = value;
  noteConstant(node);
  return node;
});

/**
 * Elements from a function, which is called now and again in each run of a compiled function (a learning rate, a random
 * key).
 */
export function live(supply: () => HostArray, shape: Shape, dtype: Dtype): Node {
  const node = data(supply(), shape, dtype);
  node.supply = supply;
  noteLive(node);
  return node;
}

/** A tensor filled with one number, which is part of a program's structure. */
export const constant = opFunction(
  constantOp,
  (value: number, shape: Shape = [], dtype: Dtype = "float32"): Node =>
    new Node(constantOp.op, [], { value }, shape, dtype, false),
);

/** The current content of a variable. */
export const variable = opFunction(
  variableOp,
  (of: Variable, requiresGrad: boolean): VariableNode =>
    new Node(variableOp.op, [], { variable: of, version: of.version }, of.shape, of.dtype, requiresGrad),
);

/** How many times the variable has been overwritten since this node was made. */
export function ageOf({ attrs }: VariableNode): number {
  return attrs.variable.version - attrs.version;
}
