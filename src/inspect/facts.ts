/** Facts about a network that need no training: its parameters and its kinds of layers. */
import { shapeKind } from "../tensor/kinds.js";
import { anyNetwork } from "../trace/kinds.js";
import { Signature, required } from "../errors/signature.js";
import { BatchNorm2d, Conv2d, type Module } from "../nn/index.js";
import { DropoutBase } from "../nn/layers/dropout.js";
import type { Shape } from "../graph/shape.js";
import { inspectNetwork } from "./inspect.js";

/** Facts about a network that need no training. */
export interface Facts {
  /** The number of its parameters. */
  readonly parameters: number;
  /** The number of its fully connected layers. */
  readonly fullyConnected: number;
  /** Whether it uses dropout. */
  readonly dropout: boolean;
  /** Whether it uses batch normalisation. */
  readonly batchNorm: boolean;
  /** Whether a convolution has a 1×1 kernel. */
  readonly pointwise: boolean;
}

const ofGatherFacts = new Signature("gatherFacts", [required("model", anyNetwork), required("inputSize", shapeKind)]);

/**
 * Gathers facts about a network without training it. Its mode and buffers stay as they are.
 * @param model the network
 * @param inputSize the size of an image, [C, H, W]
 * @returns the number of parameters, and the kinds of layers
 * @throws ShapeError if the network cannot take such images
 * @example gatherFacts(new ExerciseNet(), [1, 28, 28]); // { parameters: 12514, fullyConnected: 0, dropout: false, batchNorm: true, pointwise: true }
 */
export function gatherFacts(model: Module, inputSize: Shape): Facts {
  ofGatherFacts.read(arguments);
  const modules = [...model.modules()];
  return {
    parameters: [...model.parameters()].reduce((total, parameter) => total + parameter.numel(), 0),
    fullyConnected: inspectNetwork(model, inputSize).layers.filter(({ kind }) => kind === "linear").length,
    dropout: modules.some((module) => module instanceof DropoutBase && module.p > 0),
    batchNorm: modules.some((module) => module instanceof BatchNorm2d),
    pointwise: modules.some((module) => module instanceof Conv2d && module.kernelSize.every((size) => size === 1)),
  };
}
