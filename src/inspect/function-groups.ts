/** Which nodes of the graph are one function: `F.conv2d` is a convolution and an addition, `mean` a sum and a division. */
import { topologicalOrder, type Node } from "../graph/node.js";
import { constantMatrix } from "./receptive-field.js";

const ARITHMETIC = ["add", "sub", "mul", "div"];
const RESHAPING = ["reshape", "expand"];

interface Fusion {
  readonly what: string;
  /** Whether `node`, which alone uses the last of `group`, belongs to it. */
  readonly holds: (group: readonly Node[], node: Node) => boolean;
}

const last = (group: readonly Node[]): Node => group[group.length - 1]!;
const named = (node: Node, ...names: readonly string[]): boolean => names.includes(node.op.name);
const has = (group: readonly Node[], ...names: readonly string[]): boolean =>
  group.some((node) => named(node, ...names));

/** Whether the node's other inputs draw random numbers: a dropout's mask. */
export function isRandom(node: Node): boolean {
  return named(node, "mul") && topologicalOrder([node.inputs[1]!]).some((part) => named(part, "random"));
}

const FUSIONS: readonly Fusion[] = [
  { what: "a bias after a convolution", holds: (group, node) => named(node, "add") && named(last(group), "conv2d") },
  { what: "the uneven padding of a convolution", holds: (group, node) => named(node, "conv2d") && has(group, "pad") },
  {
    what: "a product's matrices, from tensors with more axes",
    holds: (group, node) =>
      named(node, "matmul") &&
      group.every((part) => named(part, ...RESHAPING)) &&
      last(group).shape.at(-1) === group[0]!.inputs[0]!.shape.at(-1),
  },
  {
    what: "a product's result, with its axes again",
    holds: (group, node) => named(node, "reshape") && named(last(group), "matmul"),
  },
  {
    what: "a bias after a product",
    holds: (group, node) =>
      named(node, "add") &&
      has(group, "matmul") &&
      !has(group, "add") &&
      node.shape.length === last(group).shape.length,
  },
  {
    what: "the second of the two products that are an uneven adaptive pooling",
    holds: (group, node) =>
      named(node, "matmul", ...RESHAPING) &&
      has(group, "matmul") &&
      [...group, node].filter((part) => named(part, "matmul")).every(isAveraging),
  },
  { what: "a mean's division", holds: (group, node) => named(node, "div") && named(last(group), "sum") },
  {
    what: "axes that a reduction drops",
    holds: (group, node) => named(node, "reshape") && has(group, "sum", "amax") && !has(group, "reshape"),
  },
  {
    what: "scaling and shifting, as of batch norm",
    holds: (group, node) =>
      [...group, node].every((part) => named(part, ...ARITHMETIC) && part.shape.length === 4 && !isRandom(part)),
  },
];

/** A product with a matrix that comes with the graph, and whose elements are no weights. */
export function isAveraging({ inputs }: Node): boolean {
  return inputs.some((input) => constantMatrix(input) !== undefined);
}

/**
 * @param group nodes of one function so far, each used by the next alone
 * @param node the user of the last one, with no other input that depends on the network's
 */
export function fuses(group: readonly Node[], node: Node): boolean {
  return FUSIONS.some(({ holds }) => holds(group, node));
}
