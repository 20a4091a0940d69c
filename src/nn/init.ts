/**
 * Filling tensors with first values, from PyTorch's random streams: after `manualSeed(s)` they are PyTorch's bits.
 * PyTorch: `torch.nn.init`. A filled tensor must be a leaf (a parameter or buffer) of float32.
 */
import { ArgumentError } from "../errors/errors.js";
import { normal, uniform, type Generator } from "../random/random.js";
import { formatShape } from "../graph/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** The factor by which a nonlinearity shrinks what passes through, undone. PyTorch: `calculate_gain`. */
const gains = {
  linear: () => 1,
  conv2d: () => 1,
  sigmoid: () => 1,
  tanh: () => 5 / 3,
  relu: () => Math.sqrt(2),
  leakyRelu: (slope: number) => Math.sqrt(2 / (1 + slope ** 2)),
};

export interface KaimingOptions {
  /** The slope on the negative side, for leakyRelu; 0 unless given. */
  readonly a?: number;
  /** Whether the forward pass ("fanIn", unless given) or the backward pass ("fanOut") keeps its variance. */
  readonly mode?: "fanIn" | "fanOut";
  /** What follows the layer; "leakyRelu" unless given. */
  readonly nonlinearity?: keyof typeof gains;
  readonly generator?: Generator;
}

/** How many inputs an output depends on, and the reverse. For a convolution [O, I, KH, KW]: I·KH·KW and O·KH·KW. */
export function fans(op: string, { shape }: Tensor): { readonly fanIn: number; readonly fanOut: number } {
  const [outputs, inputs, ...window] = shape;
  if (outputs === undefined || inputs === undefined) {
    throw new ArgumentError({
      op,
      problem: `${formatShape(shape)} has no inputs and outputs to count`,
      expected: "a weight of two axes or more",
    });
  }
  const field = window.reduce((product, size) => product * size, 1);
  return { fanIn: inputs * field, fanOut: outputs * field };
}

/** Uniform in ±gain·√(3 / fan) (He et al. 2015, arXiv 1502.01852). PyTorch: `kaiming_uniform_`. */
export function kaimingUniform_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  const { a = 0, mode = "fanIn", nonlinearity = "leakyRelu", generator } = options;
  const std = gains[nonlinearity](a) / Math.sqrt(fans("kaimingUniform_", tensor)[mode]);
  const bound = Math.sqrt(3) * std;
  return uniform_(tensor, -bound, bound, generator);
}

/** Uniform in ±gain·√(6 / (fanIn + fanOut)) (Glorot and Bengio 2010). PyTorch: `xavier_uniform_`. */
export function xavierUniform_(tensor: Tensor, gain = 1, generator?: Generator): Tensor {
  const { fanIn, fanOut } = fans("xavierUniform_", tensor);
  const bound = Math.sqrt(3) * (gain * Math.sqrt(2 / (fanIn + fanOut)));
  return uniform_(tensor, -bound, bound, generator);
}

/** Uniform in [low, high). PyTorch: `uniform_`. */
export function uniform_(tensor: Tensor, low = 0, high = 1, generator?: Generator): Tensor {
  const elements = new Float32Array(tensor.numel());
  uniform(elements, low, high, generator);
  return tensor.setData(elements);
}

/** Normally distributed. PyTorch: `normal_`. */
export function normal_(tensor: Tensor, mean = 0, std = 1, generator?: Generator): Tensor {
  const elements = new Float32Array(tensor.numel());
  normal(elements, mean, std, generator);
  return tensor.setData(elements);
}

/** PyTorch: `constant_`. */
export function constant_(tensor: Tensor, value: number): Tensor {
  return tensor.setData(new Float32Array(tensor.numel()).fill(value));
}
/** PyTorch: `zeros_`. */
export function zeros_(tensor: Tensor): Tensor {
  return constant_(tensor, 0);
}
/** PyTorch: `ones_`. */
export function ones_(tensor: Tensor): Tensor {
  return constant_(tensor, 1);
}
