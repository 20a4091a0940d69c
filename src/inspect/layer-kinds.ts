/** What a layer does, told from its nodes, so that a function and a module that do the same are the same. */
import { topologicalOrder, type Node, type VariableNode } from "../graph/node.js";
import type { Variable } from "../graph/variable.js";
import { constant, variable } from "../ops/leaf.js";
import type { ConvolutionAttrs } from "../ops/convolution.js";
import type { AvgPoolAttrs } from "../ops/pooling.js";
import type { Pair } from "../ops/window.js";
import { isAveraging, isRandom } from "./function-groups.js";
import type { LayerDetail } from "./layer.js";

/** A layer's nodes, and what is known around them. */
export interface Material {
  readonly nodes: readonly Node[];
  /** Whether a node depends on the network's inputs. */
  readonly isActive: (node: Node) => boolean;
  /** Whether a variable is trained; others are buffers. */
  readonly isParameter: (variable: Variable) => boolean;
}

interface Kind {
  /** What a function of this kind is called. */
  readonly name: (detail: LayerDetail, node: Node) => string;
  /** The node that makes a layer one of this kind. */
  readonly find: (node: Node, material: Material) => boolean;
  readonly detail: (node: Node<never>) => LayerDetail;
}

const always =
  (name: string): Kind["name"] =>
  () =>
    name;
const opName: Kind["name"] = (_, node) => node.op.name;
const isOp =
  (...names: readonly string[]): Kind["find"] =>
  ({ op }) =>
    names.includes(op.name);

/** In the order in which they are tried: a layer with weights is told by those, whatever else it does. */
const KINDS: readonly Kind[] = [
  {
    name: opName,
    find: isOp("conv2d"),
    detail: ({ inputs, attrs, shape }: Node<ConvolutionAttrs>) => ({
      kind: "conv",
      ...attrs,
      kernel: lastTwo(inputs[1]!),
      inChannels: inputs[0]!.shape[1]!,
      outChannels: shape[1]!,
    }),
  },
  {
    name: always("linear"),
    find: (node, { isActive }) => node.op.name === "matmul" && !isAveraging(node) && !node.inputs.every(isActive),
    detail: ({ inputs, shape }: Node) => ({
      kind: "linear",
      inFeatures: inputs[0]!.shape.at(-1)!,
      outFeatures: shape.at(-1)!,
    }),
  },
  {
    name: opName,
    find: isOp("maxPool2d", "avgPool2d"),
    detail: ({ op, attrs }: Node<AvgPoolAttrs>) => ({
      kind: "pool",
      by: op.name === "maxPool2d" ? "max" : "mean",
      kernel: attrs.kernel,
    }),
  },
  {
    name: always("adaptiveAvgPool2d"),
    find: isAveraging,
    detail: ({ inputs }: Node) => ({ kind: "pool", by: "mean", kernel: lastTwo(inputs[1]!) }),
  },
  {
    name: always("batchNorm"),
    find: (node, { isActive, isParameter }) =>
      node.op.name === "batchNorm" ||
      node.inputs.some((input) => !isActive(input) && variablesOf(input).some((variable) => !isParameter(variable))),
    detail: () => ({ kind: "batchNorm" }),
  },
  {
    name: (_, node) => (node.op.name === "amax" ? "amax" : "mean"),
    find: ({ op, inputs }) => ["sum", "amax"].includes(op.name) && inputs[0]!.shape.length === 4,
    detail: ({ op, inputs }: Node) => ({
      kind: "pool",
      by: op.name === "amax" ? "max" : "mean",
      kernel: lastTwo(inputs[0]!),
    }),
  },
  {
    name: opName,
    find: isOp("softmax", "logSoftmax"),
    detail: ({ op }: Node) => ({ kind: "softmax", log: op.name === "logSoftmax" }),
  },
  { name: always("dropout"), find: isRandom, detail: (node: Node) => ({ kind: "dropout", p: probability(node) }) },
  {
    name: opName,
    find: isOp("relu", "sigmoid", "tanh"),
    detail: ({ op }: Node) => ({ kind: "activation", by: op.name as "relu" | "sigmoid" | "tanh" }),
  },
  { name: opName, find: isOp("cat"), detail: () => ({ kind: "cat" }) },
  {
    name: opName,
    find: ({ op, inputs }, { isActive }) => op.name === "add" && inputs.every(isActive),
    detail: () => ({ kind: "add" }),
  },
];

/** A layer's detail, and the name that it has as a function. */
export function classify(material: Material): { readonly detail: LayerDetail; readonly functionName: string } {
  const { nodes } = material;
  for (const { name, find, detail } of KINDS) {
    const node = nodes.find((one) => find(one, material));
    if (!node) continue;
    const found = detail(node as Node<never>);
    return { detail: found, functionName: name(found, node) };
  }
  const isView = nodes.every(({ op }) => op.lowering.kind === "view");
  return { detail: { kind: isView ? "reshape" : "other" }, functionName: nodes.at(-1)?.op.name ?? "identity" };
}

/** The variables behind a node. */
export function variablesOf(node: Node): Variable[] {
  return topologicalOrder([node])
    .filter((part): part is VariableNode => variable.is(part))
    .map(({ attrs }) => attrs.variable);
}

function lastTwo({ shape }: Node): Pair {
  return [shape.at(-2)!, shape.at(-1)!];
}

/** Of a dropout's product with its mask: what the random numbers are compared with. */
function probability(node: Node): number {
  const comparison = topologicalOrder([node.inputs[1]!]).find(({ op }) => op.name === "ge");
  const bound = comparison?.inputs.find(constant.is);
  return bound ? bound.attrs.value : NaN;
}
