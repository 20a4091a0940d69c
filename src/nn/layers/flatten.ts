/** Layers that compute nothing: they change the shape, or return their input. PyTorch: `Flatten`, `Identity`. */
import { integer } from "../../errors/kinds.js";
import { optional, Signature } from "../../errors/signature.js";
import type { Tensor } from "../../tensor/tensor.js";
import { Module } from "../module.js";
import { answerForFields } from "./python-names.js";
import { pythonFields } from "../../text/python.js";

const signature = new Signature("Flatten", [optional("startDim", integer(), 1), optional("endDim", integer(), -1)]);

/**
 * Merges several axes into one: by default [N, C, H, W] into [N, C·H·W]. PyTorch: `torch.nn.Flatten`.
 * @example new nn.Flatten()(zeros([32, 16, 5, 5])).shape; // [32, 400]
 */
export class Flatten extends Module {
  /** @internal */
  static override readonly elsewhere = { pytorch: "Flatten" };

  /**
   * @param startDim the first axis to merge
   * @param endDim the last one, which may count from the end
   */
  constructor(
    readonly startDim = 1,
    readonly endDim = -1,
  ) {
    super();
    ({ startDim: this.startDim, endDim: this.endDim } = signature.read(arguments));
  }

  override forward(input: Tensor): Tensor {
    return input.flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return pythonFields(this, "startDim", "endDim");
  }
}

/**
 * Returns its input. PyTorch: `torch.nn.Identity`.
 * @example new nn.Identity()(tensor([1, 2])).tolist(); // [1, 2]
 */
export class Identity extends Module {
  /** @internal */
  static override readonly elsewhere = { pytorch: "Identity" };

  /** @param _unused anything, as in PyTorch, so that this layer can take another one's place */
  constructor(..._unused: readonly unknown[]) {
    super();
  }

  override forward(input: Tensor): Tensor {
    return input;
  }
}

answerForFields("Flatten", Flatten, "startDim endDim");
