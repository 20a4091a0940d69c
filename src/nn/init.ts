/**
 * Functions that fill parameters with initial values, drawn from PyTorch's streams of random numbers. The tensor must
 * be a float32 leaf (a parameter or buffer). PyTorch: `torch.nn.init`.
 *
 * @example
 * manualSeed(1);
 * const conv = new nn.Conv2d(1, 8, 3);
 * nn.init.kaimingUniform_(conv.weight, { nonlinearity: "relu" });
 * nn.init.zeros_(conv.bias!);
 *
 * @module init
 */
import { ArgumentError } from "../errors/errors.js";
import { number, oneOf } from "../errors/kinds.js";
import { checked, optional, required, type Arguments } from "../errors/signature.js";
import { anyTensor } from "../tensor/kinds.js";
import { generatorParameter, normal, uniform, type Generator } from "../random/random.js";
import { formatShape } from "../graph/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/**
 * The gain of each nonlinearity: it makes up for how much the nonlinearity shrinks its input. PyTorch:
 * `calculate_gain`.
 */
const gains = {
  linear: () => 1,
  conv2d: () => 1,
  sigmoid: () => 1,
  tanh: () => 5 / 3,
  relu: () => Math.sqrt(2),
  leakyRelu: (slope: number) => Math.sqrt(2 / (1 + slope ** 2)),
};

const filled = required("tensor", anyTensor);
const nonlinearities = Object.keys(gains) as (keyof typeof gains)[];
const kaimingParameters = [
  optional("a", number, 0),
  optional("mode", oneOf("fanIn", "fanOut"), "fanIn"),
  optional("nonlinearity", oneOf(...nonlinearities), "leakyRelu"),
  generatorParameter,
] as const;

/** Options of `nn.init.kaimingUniform_`. */
export interface KaimingOptions {
  /** The slope for negative inputs, if "leakyRelu" follows. Default 0. */
  readonly a?: number;
  /** Which pass keeps its variance: the forward pass ("fanIn") or the backward pass ("fanOut"). Default "fanIn". */
  readonly mode?: "fanIn" | "fanOut";
  /** What follows the layer. Default "leakyRelu". */
  readonly nonlinearity?: keyof typeof gains;
  /** The source of random numbers. Default: the default generator. */
  readonly generator?: Generator;
}

/**
 * The number of inputs that each output depends on, and the number of outputs that each input affects. For a
 * convolution [O, I, KH, KW] they are I·KH·KW and O·KH·KW.
 * @internal
 */
export function fans(op: string, { shape }: Tensor): { readonly fanIn: number; readonly fanOut: number } {
  const [outputs, inputs, ...window] = shape;
  if (outputs === undefined || inputs === undefined) {
    throw new ArgumentError({
      op,
      problem: `${formatShape(shape)} has no inputs and outputs to count`,
      expected: "a weight with at least two axes",
    });
  }
  const field = window.reduce((product, size) => product * size, 1);
  return { fanIn: inputs * field, fanOut: outputs * field };
}

/**
 * Fills a tensor uniformly in ±gain·√(3 / fan). He et al. 2015 (arXiv 1502.01852). PyTorch:
 * `torch.nn.init.kaiming_uniform_`.
 * @param tensor the leaf to fill, with two axes or more
 * @param rest a, mode, nonlinearity and generator: in this order, or by name in an object
 * @returns the tensor
 * @throws StateError if the tensor is not a leaf; ArgumentError if it has fewer than two axes
 * @function
 * @example
 * manualSeed(1);
 * const weight = new nn.Parameter(zeros([4, 100]));
 * nn.init.kaimingUniform_(weight, { nonlinearity: "relu" });
 * weight.abs().amax().item() <= Math.sqrt(6 / 100); // true
 */
export const kaimingUniform_: (tensor: Tensor, ...rest: Arguments<KaimingOptions, typeof kaimingParameters>) => Tensor =
  checked("kaimingUniform_", [filled, ...kaimingParameters], ({ tensor, a, mode, nonlinearity, generator }) => {
    if (tensor.numel() === 0) return tensor;
    const std = gains[nonlinearity](a) / Math.sqrt(fans("kaimingUniform_", tensor)[mode]);
    const bound = Math.sqrt(3) * std;
    return fillUniformly(tensor, -bound, bound, generator);
  });

/**
 * Fills a tensor uniformly in ±gain·√(6 / (fanIn + fanOut)). Glorot and Bengio 2010. PyTorch:
 * `torch.nn.init.xavier_uniform_`.
 * @param tensor the leaf to fill, with two axes or more
 * @param gain a factor that depends on the nonlinearity
 * @param generator the source of random numbers; the default one unless given
 * @returns the tensor
 * @throws StateError if the tensor is not a leaf; ArgumentError if it has fewer than two axes
 * @function
 * @example
 * const weight = new nn.Parameter(zeros([20, 30]));
 * nn.init.xavierUniform_(weight);
 * weight.abs().amax().item() <= Math.sqrt(6 / 50); // true
 */
export const xavierUniform_: (tensor: Tensor, gain?: number, generator?: Generator) => Tensor = checked(
  "xavierUniform_",
  [filled, optional("gain", number, 1), generatorParameter],
  ({ tensor, gain, generator }) => {
    const { fanIn, fanOut } = fans("xavierUniform_", tensor);
    const bound = Math.sqrt(3) * (gain * Math.sqrt(2 / (fanIn + fanOut)));
    return fillUniformly(tensor, -bound, bound, generator);
  },
);

/**
 * Fills a tensor with numbers drawn uniformly from [low, high). PyTorch: `torch.nn.init.uniform_`.
 * @param tensor the leaf to fill
 * @param low the lower bound
 * @param high the upper bound
 * @param generator the source of random numbers; the default one unless given
 * @returns the tensor
 * @throws StateError if the tensor is not a leaf; ArgumentError if the lower bound is above the upper one
 * @function
 * @example
 * manualSeed(1);
 * nn.init.uniform_(new nn.Parameter(zeros([3]))).tolist(); // [0.7576, 0.2793, 0.4031]
 */
export const uniform_: (tensor: Tensor, low?: number, high?: number, generator?: Generator) => Tensor = checked(
  "uniform_",
  [filled, optional("low", number, 0), optional("high", number, 1), generatorParameter],
  ({ tensor, low, high, generator }) => fillUniformly(tensor, low, high, generator),
);

function fillUniformly(tensor: Tensor, low: number, high: number, generator: Generator | undefined): Tensor {
  const elements = new Float32Array(tensor.numel());
  uniform(elements, low, high, generator);
  return tensor.setData(elements);
}

/**
 * Fills a tensor with numbers drawn from a normal distribution. PyTorch: `torch.nn.init.normal_`.
 * @param tensor the leaf to fill
 * @param mean the mean
 * @param std the standard deviation
 * @param generator the source of random numbers; the default one unless given
 * @returns the tensor
 * @throws StateError if the tensor is not a leaf; ArgumentError for a negative standard deviation
 * @function
 * @example
 * manualSeed(1);
 * nn.init.normal_(new nn.Parameter(zeros([3]))).tolist(); // [0.6614, 0.2669, 0.0617]
 */
export const normal_: (tensor: Tensor, mean?: number, std?: number, generator?: Generator) => Tensor = checked(
  "normal_",
  [filled, optional("mean", number, 0), optional("std", number, 1), generatorParameter],
  ({ tensor, mean, std, generator }) => {
    const elements = new Float32Array(tensor.numel());
    normal(elements, mean, std, generator);
    return tensor.setData(elements);
  },
);

/**
 * Fills a tensor with one value. PyTorch: `torch.nn.init.constant_`.
 * @param tensor the leaf to fill
 * @param value the value
 * @returns the tensor
 * @throws StateError if the tensor is not a leaf
 * @function
 * @example nn.init.constant_(new nn.Parameter(zeros([2])), 0.5).tolist(); // [0.5, 0.5]
 */
export const constant_: (tensor: Tensor, value: number) => Tensor = checked(
  "constant_",
  [filled, required("value", number)],
  ({ tensor, value }) => fill(tensor, value),
);

function fill(tensor: Tensor, value: number): Tensor {
  return tensor.setData(new Float32Array(tensor.numel()).fill(value));
}

/**
 * Fills a tensor with zeros. PyTorch: `torch.nn.init.zeros_`.
 * @param tensor the leaf to fill
 * @returns the tensor
 * @throws StateError if the tensor is not a leaf
 * @function
 * @example nn.init.zeros_(new nn.Parameter(ones([2]))).tolist(); // [0, 0]
 */
export const zeros_: (tensor: Tensor) => Tensor = checked("zeros_", [filled], ({ tensor }) => fill(tensor, 0));

/**
 * Fills a tensor with ones. PyTorch: `torch.nn.init.ones_`.
 * @param tensor the leaf to fill
 * @returns the tensor
 * @throws StateError if the tensor is not a leaf
 * @function
 * @example nn.init.ones_(new nn.Parameter(zeros([2]))).tolist(); // [1, 1]
 */
export const ones_: (tensor: Tensor) => Tensor = checked("ones_", [filled], ({ tensor }) => fill(tensor, 1));
