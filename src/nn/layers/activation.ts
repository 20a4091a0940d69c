/** Activations as modules. PyTorch: `ReLU`, `Sigmoid`, `Tanh`, `Softmax`, `LogSoftmax`. */
import { required, Signature, type Arguments } from "../../errors/signature.js";
import { integer } from "../../errors/kinds.js";
import type { Tensor } from "../../tensor/tensor.js";
import * as F from "../functional/index.js";
import { inplace, type InplaceOptions } from "../functional/inplace.js";
import { Module } from "../module.js";
import { pythonFields } from "../../text/python.js";

const ofReLU = new Signature("ReLU", [inplace]);
const ofSoftmax = new Signature("Softmax", [required("dim", integer())]);
const ofLogSoftmax = new Signature("LogSoftmax", [required("dim", integer())]);

/**
 * Replaces negative elements with 0, in a tensor of any shape. PyTorch: `torch.nn.ReLU`.
 * @example new nn.ReLU()(tensor([-1, 2])).tolist(); // [0, 2]
 */
export class ReLU extends Module {
  /** @internal */
  static override readonly elsewhere = { pytorch: "ReLU", onnx: "Relu" };

  /** @param options inplace, which must be false: a result is always a new tensor */
  constructor(...options: Arguments<InplaceOptions, readonly [typeof inplace]>) {
    super();
    ofReLU.read(options);
  }

  override forward(input: Tensor): Tensor {
    return F.relu(input);
  }
}

/**
 * Computes 1 / (1 + exp(−x)) of each element of a tensor of any shape. PyTorch: `torch.nn.Sigmoid`.
 * @example new nn.Sigmoid()(tensor([0])).tolist(); // [0.5]
 */
export class Sigmoid extends Module {
  /** @internal */
  static override readonly elsewhere = { pytorch: "Sigmoid", onnx: "Sigmoid" };

  override forward(input: Tensor): Tensor {
    return input.sigmoid();
  }
}

/**
 * Computes the hyperbolic tangent of each element of a tensor of any shape. PyTorch: `torch.nn.Tanh`.
 * @example new nn.Tanh()(tensor([0, 1])).tolist(); // [0, 0.76159]
 */
export class Tanh extends Module {
  /** @internal */
  static override readonly elsewhere = { pytorch: "Tanh", onnx: "Tanh" };

  override forward(input: Tensor): Tensor {
    return input.tanh();
  }
}

/**
 * Computes exp(x) divided by its sum along an axis, for a tensor of any shape. PyTorch: `torch.nn.Softmax`.
 * @example new nn.Softmax(1)(tensor([[0, 0]])).tolist(); // [[0.5, 0.5]]
 */
export class Softmax extends Module {
  /** @internal */
  static override readonly elsewhere = { pytorch: "Softmax" };

  /** @param dim the axis along which the result adds up to 1; for classes [N, C] it is 1 */
  constructor(readonly dim: number) {
    super();
    this.dim = ofSoftmax.read(arguments).dim;
  }

  override forward(input: Tensor): Tensor {
    return F.softmax(input, this.dim);
  }

  override extraRepr(): string {
    return pythonFields(this, "dim");
  }
}

/**
 * Computes the logarithm of the softmax, without overflow, for a tensor of any shape. PyTorch: `torch.nn.LogSoftmax`.
 * @example new nn.LogSoftmax(1)(zeros([1, 4])).tolist(); // [[-1.38629, -1.38629, -1.38629, -1.38629]]
 */
export class LogSoftmax extends Module {
  /** @internal */
  static override readonly elsewhere = { pytorch: "LogSoftmax" };

  /** @param dim the axis along which exp of the result adds up to 1; for classes [N, C] it is 1 */
  constructor(readonly dim: number) {
    super();
    this.dim = ofLogSoftmax.read(arguments).dim;
  }

  override forward(input: Tensor): Tensor {
    return F.logSoftmax(input, this.dim);
  }

  override extraRepr(): string {
    return pythonFields(this, "dim");
  }
}
