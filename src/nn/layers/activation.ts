/** Activations as modules. PyTorch: `ReLU`, `Sigmoid`, `Tanh`, `Softmax`, `LogSoftmax`. */
import type { Tensor } from "../../tensor/tensor.js";
import * as F from "../functional/index.js";
import { Module } from "../module.js";

/** max(x, 0), element by element; any shape. */
export class ReLU extends Module {
  override forward(input: Tensor): Tensor {
    return F.relu(input);
  }
}

/** 1 / (1 + e^−x), element by element; any shape. */
export class Sigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return input.sigmoid();
  }
}

/** tanh x, element by element; any shape. */
export class Tanh extends Module {
  override forward(input: Tensor): Tensor {
    return input.tanh();
  }
}

/**
 * e^x divided by its sum along an axis; any shape.
 * @param dim the axis, 1 for the classes of [N, C]
 */
export class Softmax extends Module {
  constructor(readonly dim: number) {
    super();
  }

  override forward(input: Tensor): Tensor {
    return F.softmax(input, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/**
 * The logarithm of the softmax, computed without overflow; any shape.
 * @param dim the axis, 1 for the classes of [N, C]
 */
export class LogSoftmax extends Module {
  constructor(readonly dim: number) {
    super();
  }

  override forward(input: Tensor): Tensor {
    return F.logSoftmax(input, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
