/** backward(): computes the gradients of the variables under a root of the graph. */
import { alreadyRun, gradients, variableGradients } from "../autograd/gradients.js";
import { ShapeError, StateError } from "../errors/errors.js";
import { topologicalOrder, type Node } from "../graph/node.js";
import { addsToEarlierGradient } from "../graph/recording.js";
import { formatShape, shapesEqual, sizeOf } from "../graph/shape.js";
import { Variable } from "../graph/variable.js";
import * as ops from "../ops/index.js";

/** How many losses are remembered whose gradients were cleared without a step. They may still be asked for. */
const mostDropped = 4;

/** Adds the gradient of `root`, weighted by `weights`, to the gradient of every variable under it that requires one. */
export function backward(root: Node, weights: Node | undefined): void {
  checkRoot(root);
  checkWeights(root, weights);
  Variable.stray = undefined;
  for (const [variable, grad] of variableGradients(gradients(root, weights ?? ops.constant(1, root.shape)))) {
    if (addsToEarlierGradient(variable)) {
      throw new StateError({
        op: "compile",
        problem: "the step adds to an earlier gradient",
        hint: "call optimizer.zeroGrad() at its start",
      });
    }
    const earlier = variable.losses.filter(({ value }) => value === undefined);
    variable.losses = [...(variable.grad ? earlier : earlier.slice(-mostDropped)), root];
    variable.grad = variable.grad ? ops.add(variable.grad, grad) : grad;
    if (variable.unlisted) Variable.stray = variable;
  }
  for (const node of topologicalOrder([root], true))
    if (node.requiresGrad && node.inputs.length > 0) node.consumed = true;
}

function checkRoot(root: Node): void {
  if (root.consumed) throw alreadyRun();
  if (root.requiresGrad) return;
  throw new StateError({
    op: "backward",
    problem: "this tensor does not depend on anything that requires a gradient",
    hint: "compute the loss from a module's parameters, outside noGrad()",
  });
}

function checkWeights(root: Node, weights: Node | undefined): void {
  if (!weights && sizeOf(root.shape) !== 1) {
    throw new ShapeError({
      op: "backward",
      problem: `only a single element can be differentiated, not a tensor of shape ${formatShape(root.shape)}`,
      hint: "call sum() or mean() first, or pass a gradient of the same shape",
    });
  }
  if (weights && !shapesEqual(weights.shape, root.shape)) {
    throw new ShapeError({
      op: "backward",
      problem: `the gradient has the shape ${formatShape(weights.shape)}, but the tensor has ${formatShape(root.shape)}`,
    });
  }
}
