/**
 * A node of the lazy graph: one operation applied to nodes. A node never changes, but for `value`, which appears when
 * it is realised (or is there from the start, in a leaf that holds data), and which holds its elements dense and
 * row-major.
 */
import type { Op } from "../ops/op.js";
import type { Shape } from "../shape.js";
import type { Variable } from "./variable.js";

export type Dtype = "float32" | "int32";
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
  /** Set once backward() has run through this node; its inputs are dropped when it is realised. */
  consumed = false;

  constructor(
    readonly op: Op<A>,
    public inputs: readonly Node[],
    readonly attrs: A,
    readonly shape: Shape,
    readonly dtype: Dtype,
    readonly requiresGrad: boolean,
  ) {}
}

/** A node that stands for the present content of a variable. */
export type VariableNode = Node<{ readonly variable: Variable; readonly version: number }>;

/** The nodes that `roots` need, inputs before users. Realised nodes are leaves, unless `throughValues` is set. */
export function topologicalOrder(roots: readonly Node[], throughValues = false): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  // An explicit stack: a deep network's graph would overflow the call stack.
  const stack: { node: Node; next: number }[] = [];
  const enter = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    stack.push({ node, next: 0 });
  };
  for (const root of roots) {
    enter(root);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const inputs = top.node.value !== undefined && !throughValues ? [] : top.node.inputs;
      if (top.next < inputs.length) enter(inputs[top.next++]!);
      else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}
