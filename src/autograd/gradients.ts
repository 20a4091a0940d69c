/**
 * Reverse-mode differentiation. The gradient of a graph is a graph: each op's record says how its gradient is built,
 * and the walk here adds up what flows in over several ways and undoes broadcasting, in this one place.
 */
import { StateError } from "../errors/errors.js";
import * as ops from "../ops/index.js";
import { shapesEqual, type Shape } from "../graph/shape.js";
import { noGrad } from "../graph/grad-mode.js";
import { topologicalOrder, type Node } from "../graph/node.js";
import type { Variable } from "../graph/variable.js";

/** Sums a gradient over the axes along which an input of this shape was broadcast. */
export function unbroadcast(grad: Node, shape: Shape): Node {
  if (shapesEqual(grad.shape, shape)) return grad;
  const lead = grad.shape.length - shape.length;
  const axes = grad.shape.flatMap((extent, axis) =>
    axis < lead || (shape[axis - lead] === 1 && extent !== 1) ? [axis] : [],
  );
  const summed = axes.length > 0 ? ops.sum(grad, axes) : grad;
  return ops.reshape(summed, shape);
}

/**
 * The gradients of `root` (weighted by `seed`, of its shape) with respect to every node that requires one and
 * lies under it, as graph nodes.
 * @throws StateError where the graph leads to a node whose inputs an earlier backward() has freed
 */
export function gradients(root: Node, seed: Node): Map<Node, Node> {
  return noGrad(() => {
    const result = new Map<Node, Node>([[root, seed]]);
    for (const node of topologicalOrder([root], true).reverse()) {
      const grad = result.get(node);
      if (!grad || !node.requiresGrad) continue;
      if (node.inputs.length === 0) {
        if (node.consumed) throw alreadyRun();
        continue;
      }
      const flows = node.op.gradient(node, grad);
      node.inputs.forEach((input, i) => {
        const flow = flows[i];
        if (!flow || !input.requiresGrad) return;
        const arriving = unbroadcast(flow, input.shape);
        const present = result.get(input);
        result.set(input, present ? ops.add(present, arriving) : arriving);
      });
    }
    return result;
  });
}

/** The error for a graph that backward() has used before: computing the values of its nodes frees their inputs. */
export function alreadyRun(): StateError {
  return new StateError({
    op: "backward",
    problem: "backward() has already run through this graph or a part of it",
    hint: "run the forward pass again before the next backward()",
  });
}

/** Of these gradients, those with respect to variables. */
export function variableGradients(all: ReadonlyMap<Node, Node>): [variable: Variable, gradient: Node][] {
  return [...all].flatMap(([node, gradient]) =>
    ops.variable.is(node) && node.requiresGrad ? [[node.attrs.variable, gradient]] : [],
  );
}
