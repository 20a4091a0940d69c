/** What a network looks like inside: the kernels of its first convolutions, and its activation maps for an image. */
import { noGrad } from "../graph/grad-mode.js";
import { topologicalOrder, type Node } from "../graph/node.js";
import { Conv2d, type Module } from "../nn/index.js";
import { evaluating } from "../nn/modes.js";
import * as ops from "../ops/index.js";
import { Tensor } from "../tensor/tensor.js";

/** The kernels of a convolution. */
export interface KernelView {
  /** `conv1` */
  readonly layer: string;
  readonly outputs: number;
  /** Input channels that each kernel sees: those of its group. */
  readonly inputs: number;
  readonly height: number;
  readonly width: number;
  /** For each output in turn, its kernel for each input: [outputs·inputs] arrays of height·width numbers. */
  readonly kernels: readonly Float32Array[];
  /** Whether some outputs or inputs are left out. */
  readonly cut: boolean;
}

/** A layer's activations for one image: one map per channel. */
export interface ActivationView {
  /** `ReLU after conv1` */
  readonly layer: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly maps: readonly Float32Array[];
  readonly cut: boolean;
}

/** The largest number of channels to show. */
const MOST = 64;

/** The first `layers` convolutions whose kernels are larger than 1×1. */
export function firstKernels(model: Module, layers = 2): KernelView[] {
  const convolutions = [...model.namedModules()].filter(
    (entry): entry is [string, Conv2d] =>
      entry[1] instanceof Conv2d && entry[1].weight.shape.slice(2).some((size) => size > 1),
  );
  return convolutions.slice(0, layers).map(([layer, { weight }]) => {
    const [allOutputs, allInputs, height, width] = weight.shape as [number, number, number, number];
    const [outputs, inputs] = [Math.min(MOST, allOutputs), Math.min(MOST, allInputs)];
    const data = weight.data() as Float32Array;
    const kernels = Array.from({ length: outputs * inputs }, (_, i) => {
      const at = (Math.floor(i / inputs) * allInputs + (i % inputs)) * height * width;
      return data.slice(at, at + height * width);
    });
    return { layer, outputs, inputs, height, width, kernels, cut: outputs < allOutputs || inputs < allInputs };
  });
}

/**
 * The activation maps of an image, in evaluation mode: the result of each ReLU on a map, and of each
 * convolution without a ReLU after it, in the order of the forward pass.
 * @param image [1,C,H,W]
 */
export function activationMaps(model: Module, image: Tensor): ActivationView[] {
  const names = new Map<Node, string>();
  const hooks = [...model.namedModules()]
    .filter(([, module]) => module instanceof Conv2d)
    .map(([name, module]) =>
      module.registerForwardHook((_, __, output) => void names.set((output as Tensor).node, name)),
    );
  try {
    const output = evaluating(model, () => noGrad(() => (model as (images: Tensor) => Tensor)(image)));
    return topologicalOrder([output.node])
      .filter((node) => ops.relu.is(node) && node.shape.length === 4)
      .map((relu) => viewMaps(relu, nearestName(relu, names)));
  } finally {
    for (const hook of hooks) hook.remove();
  }
}

/** The convolution whose result reaches a node by the shortest path. */
function nearestName(from: Node, names: ReadonlyMap<Node, string>): string {
  let front: readonly Node[] = [from];
  while (front.length > 0) {
    const found = front.find((node) => names.has(node));
    if (found) return `ReLU after ${names.get(found)!}`;
    front = front.flatMap(({ inputs }) => inputs);
  }
  return "ReLU";
}

function viewMaps(relu: Node, layer: string): ActivationView {
  const [, channels, height, width] = relu.shape as [number, number, number, number];
  const data = new Tensor(relu).data() as Float32Array;
  const maps = Array.from({ length: Math.min(MOST, channels) }, (_, c) =>
    data.slice(c * height * width, (c + 1) * height * width),
  );
  return { layer, channels, height, width, maps, cut: channels > MOST };
}
