/**
 * How well a network can still learn, measured inside it once per epoch: its dead ReLUs, and how large the layers'
 * gradients are. One batch is enough, so this takes less than a hundredth of an epoch, except in the first, which
 * compiles the program (measured in docs/know-early.md). The network is in evaluation mode, so running statistics and
 * the random state do not change, and the training's results stay the same bit for bit.
 */
import { arrayOf } from "../errors/kinds.js";
import { anyTensor } from "../tensor/kinds.js";
import { anyNetwork } from "../trace/kinds.js";
import { Signature, byName, optional, required } from "../errors/signature.js";
import type { Batch } from "../data/dataset.js";
import { topologicalOrder, type Node } from "../graph/node.js";
import type { Module } from "../nn/index.js";
import { evaluating } from "../nn/modes.js";
import * as ops from "../ops/index.js";
import { cat } from "../tensor/creation.js";
import { Tensor } from "../tensor/tensor.js";
import { losses, type Loss, type LossChoice, lossName } from "./losses.js";
import { checkOutputs } from "./network-check.js";

/**
 * A ReLU's channels (or features, for [N, features]), and how many of them were 0 for every image at every position.
 */
export interface ReluHealth {
  /** The number of channels. */
  readonly units: number;
  /** The number of channels that were always 0. */
  readonly dead: number;
}

/** The size of the gradient of a layer's weight, relative to the weight itself: ‖∂L/∂w‖ / ‖w‖. */
export interface GradientHealth {
  /** The weight's name, such as `conv1.weight`. */
  readonly weight: string;
  /** The relative size. */
  readonly ratio: number;
}

/** How well a network can still learn, measured inside it. */
export interface Health {
  /** Its ReLUs, in the order of the forward pass. */
  readonly relus: readonly ReluHealth[];
  /** Its weights, without biases and batch norms, in the order of the parameters. */
  readonly gradients: readonly GradientHealth[];
}

/** More images would cost time and say little more. */
const MOST_IMAGES = 256;

const ofMeasureHealth = new Signature("measureHealth", [
  required("model", anyNetwork),
  required("batch", arrayOf(anyTensor)),
  byName(optional("loss", lossName)),
]);

/**
 * Measures dead ReLUs and gradients on one batch, in evaluation mode. Each module gets its own mode back; gradients are
 * cleared.
 * @param model a network that computes log-likelihoods [N, classes] or, with the loss "cross-entropy", scores
 * @param batch images [N, C, H, W] with their classes, int32 [N]; the first 256 are used
 * @param choice the loss; "nll" unless given
 * @returns the network's ReLUs and weights
 * @throws ArgumentError if the network's outputs do not suit the loss
 * @example
 * manualSeed(1);
 * const { relus, gradients } = measureHealth(new ExerciseNet(), [rand([8, 1, 28, 28]), randint(0, 10, [8])]);
 * relus[0]; // { units: 8, dead: 0 }
 * gradients[0].weight; // "conv1.weight"
 */
export function measureHealth(model: Module, batch: Batch, choice: LossChoice = {}): Health {
  ofMeasureHealth.read(arguments);
  evaluating(model, () => checkOutputs(model, batch[0], choice.loss ?? "nll"));
  return healthOn(model, batch, choice);
}

/** `measureHealth` for a network whose outputs are known to suit the loss. */
export function healthOn(model: Module, [allImages, allLabels]: Batch, { loss = "nll" }: LossChoice): Health {
  const [images, labels] = [allImages, allLabels].map((part) => part.slice(0, 0, MOST_IMAGES)) as [Tensor, Tensor];
  model.zeroGrad();
  try {
    return evaluating(model, () => lookInside(model, losses[loss], images, labels));
  } finally {
    model.zeroGrad();
  }
}

function lookInside(model: Module, lossOf: Loss, images: Tensor, labels: Tensor): Health {
  const loss = lossOf((model as (images: Tensor) => Tensor)(images), labels);
  const relus = topologicalOrder([loss.node]).filter((node) => ops.relu.is(node) && node.shape.length >= 2);
  const highest = relus.map(highestOfUnits);
  if (loss.requiresGrad) loss.backward();
  const weights = [...model.namedParameters()].filter(([, { ndim, grad }]) => ndim >= 2 && grad);
  const squares = weights.flatMap(([, weight]) => [weight.grad!, weight].map((t) => t.detach().square().sum()));
  return gather(
    highest,
    weights.map(([name]) => name),
    squares,
  );
}

/** The largest value of each unit over all images and positions: [units]. */
function highestOfUnits(relu: Node): Tensor {
  const output = new Tensor(relu).detach();
  return output.amax(output.shape.map((_, axis) => axis).filter((axis) => axis !== 1));
}

/** Everything goes into one tensor, so that one program computes it. */
function gather(highest: readonly Tensor[], names: readonly string[], squares: readonly Tensor[]): Health {
  if (highest.length + squares.length === 0) return { relus: [], gradients: [] };
  const all = cat([...highest, ...squares.map((square) => square.view(1))]).data();
  let at = 0;
  const take = (count: number): number[] => [...all.subarray(at, (at += count))];
  const relus = highest.map(({ shape: [units] }) => ({
    units: units!,
    dead: take(units!).filter((value) => value === 0).length,
  }));
  const gradients = names.map((weight) => {
    const [gradient, size] = take(2).map(Math.sqrt) as [number, number];
    return { weight, ratio: gradient / size };
  });
  return { relus, gradients };
}
