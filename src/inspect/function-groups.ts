/**
 * Groups the nodes that one function has made: `F.conv2d` is a convolution and an addition, `mean` a sum and a
 * division. `src/export/recognition.ts` says why exports recognise functions in another way.
 */
import { topologicalOrder, type Node } from "../graph/node.js";
import type { OpRef } from "../graph/op.js";
import * as ops from "../ops/index.js";

const ARITHMETIC = [ops.add, ops.sub, ops.mul, ops.div];
const RESHAPING = [ops.reshape, ops.expand];

interface Fusion {
  readonly what: string;
  /** Whether `node`, the only user of the group's last node, belongs to the group. */
  readonly holds: (group: readonly Node[], node: Node, isActive: IsActive) => boolean;
}

/** Recognises the nodes of an op. */
type Is = Pick<OpRef<unknown>, "op">;

const last = (group: readonly Node[]): Node => group[group.length - 1]!;
const isAnyOf = (node: Node, ...known: readonly Is[]): boolean => known.some(({ op }) => node.op === op);
const has = (group: readonly Node[], ...known: readonly Is[]): boolean => group.some((node) => isAnyOf(node, ...known));

/** Whether a node depends on the network's inputs. */
export type IsActive = (node: Node) => boolean;

/** The random numbers that a node multiplies its input with: a dropout's mask. */
export function randomMask(node: Node, isActive: IsActive): Node | undefined {
  if (!ops.mul.is(node)) return undefined;
  return node.inputs.find((input) => !isActive(input) && topologicalOrder([input]).some(ops.random.is));
}

const FUSIONS: readonly Fusion[] = [
  { what: "a bias after a convolution", holds: (group, node) => ops.add.is(node) && ops.conv2d.is(last(group)) },
  { what: "the uneven padding of a convolution", holds: (group, node) => ops.conv2d.is(node) && has(group, ops.pad) },
  {
    what: "a product's operands, reshaped to matrices",
    holds: (group, node) =>
      ops.matmul.is(node) &&
      group.every((part) => isAnyOf(part, ...RESHAPING)) &&
      last(group).shape.at(-1) === group[0]!.inputs[0]!.shape.at(-1),
  },
  {
    what: "a product's result, reshaped back",
    holds: (group, node) => ops.reshape.is(node) && ops.matmul.is(last(group)),
  },
  {
    what: "a bias after a product",
    holds: (group, node) =>
      ops.add.is(node) &&
      has(group, ops.matmul) &&
      !has(group, ops.add) &&
      node.shape.length === last(group).shape.length,
  },
  { what: "a mean's division", holds: (group, node) => ops.div.is(node) && ops.sum.is(last(group)) },
  {
    what: "axes that a reduction drops",
    holds: (group, node) => ops.reshape.is(node) && has(group, ops.sum, ops.amax) && !has(group, ops.reshape),
  },
  {
    what: "scaling and shifting, as in batch norm",
    holds: (group, node, isActive) =>
      [...group, node].every(
        (part) => isAnyOf(part, ...ARITHMETIC) && part.shape.length === 4 && !randomMask(part, isActive),
      ),
  },
];

/**
 * @param group the nodes of one function so far, each used only by the next
 * @param node the user of the last one; none of its other inputs depends on the network's inputs
 */
export function fuses(group: readonly Node[], node: Node, isActive: IsActive): boolean {
  return FUSIONS.some(({ holds }) => holds(group, node, isActive));
}
