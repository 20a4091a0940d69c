/** Layers that compute nothing: another shape, or nothing at all. PyTorch: `Flatten`, `Identity`. */
import type { Tensor } from "../../tensor/tensor.js";
import { Module } from "../module.js";

/**
 * Joins the axes from `startDim` to `endDim` (counted from the end when negative) into one: by default
 * [N, C, H, W] → [N, C·H·W].
 */
export class Flatten extends Module {
  constructor(
    readonly startDim = 1,
    readonly endDim = -1,
  ) {
    super();
  }

  override forward(input: Tensor): Tensor {
    return input.flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/** Gives its input. */
export class Identity extends Module {
  override forward(input: Tensor): Tensor {
    return input;
  }
}
