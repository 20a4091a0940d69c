/**
 * A node of the lazy graph: one operation applied to other nodes. A node never changes, except for `value`: its
 * elements, dense and row-major. They appear when the node is realised, or are there from the start in a leaf that
 * holds data.
 */
import type { Op } from "./op.js";
import type { Shape } from "./shape.js";
import type { Variable } from "./variable.js";

/** The types of a tensor's elements. PyTorch: `torch.dtype`. */
export type Dtype = "float32" | "int32";
/** Elements in JavaScript's memory: Float32Array for float32, Int32Array for int32. */
export type HostArray = Float32Array | Int32Array;

/** The shape and type of an operation's result. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: Dtype;
}

export class Node<A = unknown> implements Spec {
  /** The elements, once they are known. */
  value: HostArray | undefined = undefined;
  /**
   * Set if a user is likely to ask for the value later (a network's output, a loss). It is then realised together with
   * whatever needs it.
   */
  keep = false;
  /** In a data leaf whose elements are new in each run of a compiled function: makes the elements. */
  supply: (() => HostArray) | undefined = undefined;
  /** Set once backward() has run through this node; its inputs are dropped when it is realised. */
  consumed = false;
  /** Set once an optimizer's step has used this node as a gradient. */
  spent = false;
  /** The last walk (`topologicalOrder`) that visited this node, and the node's position in that order. */
  walk = 0;
  place = -1;

  constructor(
    readonly op: Op<A>,
    public inputs: readonly Node[],
    readonly attrs: A,
    readonly shape: Shape,
    readonly dtype: Dtype,
    readonly requiresGrad: boolean,
  ) {}
}

export interface VariableAttrs {
  readonly variable: Variable;
  /** The version of the variable that the node represents. */
  version: number;
}

/** A node for the current content of a variable. */
export type VariableNode = Node<VariableAttrs>;

let walks = 0;
/**
 * The nodes whose inputs are being visited, and the index of each one's next input. Kept between walks to avoid
 * garbage.
 */
const path: Node[] = [];
const nexts: number[] = [];

/**
 * The nodes that `roots` need, inputs before users. Realised nodes are leaves, unless `throughValues` is set. Nodes in
 * `known` are left out, together with nodes that only they need. Until the next walk, `place` is a node's position in
 * the order.
 */
export function topologicalOrder(
  roots: readonly Node[],
  throughValues = false,
  known?: ReadonlyMap<Node, unknown>,
): Node[] {
  const order: Node[] = [];
  const walk = ++walks;
  let depth = 0;
  const enter = (node: Node): void => {
    if (node.walk === walk || known?.has(node)) return;
    node.walk = walk;
    path[depth] = node;
    nexts[depth++] = 0;
  };
  for (const root of roots) {
    enter(root);
    // The stack is explicit, because a deep network's graph would overflow the call stack.
    while (depth > 0) {
      const node = path[depth - 1]!;
      const next = nexts[depth - 1]!++;
      if (next < node.inputs.length && (throughValues || node.value === undefined)) enter(node.inputs[next]!);
      else {
        node.place = order.push(node) - 1;
        depth--;
      }
    }
  }
  path.length = 0; // otherwise it would keep a graph alive
  return order;
}
