/** What can be said of a network without training it: its parameters, and which kinds of layers it is made of. */
import { BatchNorm2d, Conv2d, Dropout, Dropout2d, type Module } from "../nn/index.js";
import type { Shape } from "../graph/shape.js";
import { inspectNetwork } from "./inspect.js";

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
    fullyConnected: inspectNetwork(model, inputSize).layers.filter(({ kind }) => kind === "linear").length,
    dropout: modules.some((module) => (module instanceof Dropout || module instanceof Dropout2d) && module.p > 0),
    batchNorm: modules.some((module) => module instanceof BatchNorm2d),
    pointwise: modules.some((module) => module instanceof Conv2d && module.kernelSize.every((size) => size === 1)),
  };
}
