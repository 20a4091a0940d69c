/** What a network looks like inside: the kernels of its first convolutions, and its activation maps for an image. */
import { integer } from "../errors/kinds.js";
import { anyTensor } from "../tensor/kinds.js";
import { anyNetwork } from "../trace/kinds.js";
import { Signature, required, optional } from "../errors/signature.js";
import { noGrad } from "../graph/grad-mode.js";
import { topologicalOrder, type Node } from "../graph/node.js";
import { Conv2d, type Module } from "../nn/index.js";
import { evaluating } from "../nn/modes.js";
import * as ops from "../ops/index.js";
import { Tensor } from "../tensor/tensor.js";

/** The kernels of a convolution. */
export interface KernelView {
  /** The layer's path, such as `conv1`. */
  readonly layer: string;
  /** The number of output channels. */
  readonly outputs: number;
  /** The number of input channels that each kernel sees: those of its group. */
  readonly inputs: number;
  /** The height of a kernel. */
  readonly height: number;
  /** The width of a kernel. */
  readonly width: number;
  /** For each output in turn, its kernel for each input: outputs · inputs arrays of height · width numbers. */
  readonly kernels: readonly Float32Array[];
  /** Whether some outputs or inputs are left out. */
  readonly cut: boolean;
}

/** A layer's activations for one image. */
export interface ActivationView {
  /** The layer, such as `ReLU after conv1`. */
  readonly layer: string;
  /** The number of channels. */
  readonly channels: number;
  /** The height of a map. */
  readonly height: number;
  /** The width of a map. */
  readonly width: number;
  /** A map for each channel. */
  readonly maps: readonly Float32Array[];
  /** Whether some channels are left out. */
  readonly cut: boolean;
}

/** The largest number of channels to show. */
const MOST = 64;

const ofFirstKernels = new Signature("firstKernels", [required("model", anyNetwork), optional("layers", integer(0))]);

/**
 * Returns the kernels of a network's first convolutions that are larger than 1×1.
 * @param model the network
 * @param layers the number of convolutions
 * @returns their kernels
 * @example firstKernels(new ExerciseNet()).map(({ layer, outputs }) => `${layer}: ${outputs}`); // ["conv1: 8", "conv2: 16"]
 */
export function firstKernels(model: Module, layers = 2): KernelView[] {
  ofFirstKernels.read(arguments);
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

const ofActivationMaps = new Signature("activationMaps", [required("model", anyNetwork), required("image", anyTensor)]);

/**
 * Returns the activation maps of an image: the output of each ReLU on a map, in the order of the forward pass. Each
 * module gets its own mode back.
 * @param model the network
 * @param image an image [1, C, H, W]
 * @returns the maps of each layer
 * @example
 * const [first] = activationMaps(new ExerciseNet(), zeros([1, 1, 28, 28]));
 * [first.layer, first.channels, first.height]; // ["ReLU after conv1", 8, 26]
 */
export function activationMaps(model: Module, image: Tensor): ActivationView[] {
  ofActivationMaps.read(arguments);
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
