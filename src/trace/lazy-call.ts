/**
 * Calls a network to see what it consists of. Tensors are lazy, so nothing is computed. The network's state is
 * restored afterwards.
 */
import { noGrad } from "../graph/grad-mode.js";
import { BatchNorm2d, type Module } from "../nn/index.js";
import type { Shape } from "../graph/shape.js";
import { zeros } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { HeldParameters } from "./held-parameters.js";
import { tensorsIn } from "../tensor/tensors-in.js";
import { keepingState } from "./kept-state.js";

/** The size of a network's input without the batch, as `[1, 28, 28]`; a list of sizes for several inputs. */
export type InputSizes = Shape | readonly Shape[];

/** The number of images in the batch that a network is called with, the same as torchsummary's. */
export const BATCH = 2;

/** Whether a module is in training mode during the call. */
export type Mode = (module: Module) => boolean;

/** Batch norm uses its running statistics, and dropout drops nothing. */
export const evaluation: Mode = () => false;
/** Dropout is active, but batch norm still uses its running statistics. */
export const withDropout: Mode = (module) => !(module instanceof BatchNorm2d);
/** As the network is, but batch norm uses its running statistics. */
export const ownMode: Mode = (module) => module.training && withDropout(module);

export interface LazyCall {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** What `forward` returned; the outputs are the tensors in it. */
  readonly result: unknown;
}

/** The sizes of all inputs, from one or from a list. */
export function sizesOf(inputSize: InputSizes): readonly Shape[] {
  return (typeof inputSize[0] === "object" ? inputSize : [inputSize]) as readonly Shape[];
}

/**
 * Builds the graph of a forward pass over zeros.
 * @param sizes of the inputs, without the batch
 * @param batch the number of images
 * @param call runs the forward pass: with or without gradients
 * @throws ShapeError where the network cannot take such inputs, StateError if it uses parameters that it does not hold
 */
export function callLazily(
  model: Module,
  sizes: readonly Shape[],
  mode: Mode,
  batch = BATCH,
  call: <T>(body: () => T) => T = noGrad,
): LazyCall {
  return keepingState(model, () =>
    callOn(
      model,
      sizes.map((size) => zeros([batch, ...size])),
      mode,
      call,
    ),
  );
}

/** As `callLazily`, on inputs of the caller's; what the call changes in the network stays. */
export function callOn(model: Module, inputs: readonly Tensor[], mode: Mode, call: <T>(body: () => T) => T): LazyCall {
  const held = new HeldParameters(model);
  for (const module of model.modules()) module.training = mode(module);
  const result: unknown = call(() => model(...(inputs as never[])));
  const outputs = tensorsIn(result);
  held.check(outputs);
  return { inputs, outputs, result };
}
