/**
 * A node of the lazy graph: one operation applied to nodes. A node never changes, but for `value`, which appears when
 * it is realised (or is there from the start, in a leaf that holds data), and which holds its elements dense and
 * row-major.
 */
import type { Op } from "./op.js";
import type { Shape } from "./shape.js";
import type { Variable } from "./variable.js";

/** The types of a tensor's elements. PyTorch: `torch.dtype`. */
export type Dtype = "float32" | "int32";
/** Elements in JavaScript's memory: Float32Array for float32, Int32Array for int32. */
export type HostArray = Float32Array | Int32Array;

/** What an operation's result looks like. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: Dtype;
}

export class Node<A = unknown> implements Spec {
  /** The elements, once they are known. */
  value: HostArray | undefined = undefined;
  /** Set for what a user is likely to ask for later (a network's output, a loss): realised with whatever needs it. */
  keep = false;
  /** In a data leaf whose elements each run of a compiled function makes anew: gives them. */
  supply: (() => HostArray) | undefined = undefined;
  /** Set once backward() has run through this node; its inputs are dropped when it is realised. */
  consumed = false;
  /** Set once an optimizer's step has used this node as a gradient. */
  spent = false;
  /** The last walk (`topologicalOrder`) that met this node, and its place in that one's order. */
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
  /** The variable's version that the node stands for. */
  version: number;
}

/** A node that stands for the present content of a variable. */
export type VariableNode = Node<VariableAttrs>;

let walks = 0;
/** Nodes whose inputs are being walked, and which input comes next. Kept between walks, so as to make no garbage. */
const path: Node[] = [];
const nexts: number[] = [];

/**
 * The nodes that `roots` need, inputs before users. Realised nodes are leaves, unless `throughValues` is set; those in
 * `known` are left out, and what only they need. Until the next walk, `place` says where a node stands in the order.
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
    // An explicit stack: a deep network's graph would overflow the call stack.
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
  path.length = 0; // or it would keep a graph alive
  return order;
}
