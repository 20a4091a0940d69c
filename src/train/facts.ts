/** What can be said of a network without training it: its parameters, and which kinds of layers it is made of. */
import { topologicalOrder, type Node } from "../graph/node.js";
import { BatchNorm2d, Conv2d, Dropout, Dropout2d, type Module } from "../nn/index.js";
import { isVariable } from "../ops/leaf.js";
import type { Shape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { tryForward } from "./trial.js";

export interface Facts {
  readonly parameters: number;
  /** How many fully connected layers it has. */
  readonly fullyConnected: number;
  readonly dropout: boolean;
  readonly batchNorm: boolean;
  /** Whether a convolution has a 1×1 kernel. */
  readonly pointwise: boolean;
}

/**
 * @param model any network; its mode and its buffers stay as they are
 * @param inputSize the size of an image, without the batch: [C,H,W]
 */
export function gatherFacts(model: Module, inputSize: Shape): Facts {
  const modules = [...model.modules()];
  return {
    parameters: [...model.parameters()].reduce((total, parameter) => total + parameter.numel(), 0),
    fullyConnected: countFullyConnected(model, inputSize),
    dropout: modules.some((module) => (module instanceof Dropout || module instanceof Dropout2d) && module.p > 0),
    batchNorm: modules.some((module) => module instanceof BatchNorm2d),
    pointwise: modules.some((module) => module instanceof Conv2d && module.kernelSize.every((size) => size === 1)),
  };
}

/**
 * A fully connected layer is a product with a matrix of weights, whether it is written as nn.Linear, F.linear or
 * matmul: so they are counted in the graph of a forward pass, which is built and not computed.
 */
function countFullyConnected(model: Module, inputSize: Shape): number {
  const output = tryForward(model, inputSize) as Tensor;
  return topologicalOrder([output.node]).filter(({ op, inputs }) => op.name === "matmul" && inputs.some(isWeight))
    .length;
}

/** A parameter, seen under whatever shape or order of its axes. */
function isWeight(node: Node): boolean {
  let inner = node;
  while (inner.op.lowering.kind === "view" || inner.op.name === "expand") inner = inner.inputs[0]!;
  return isVariable(inner);
}
